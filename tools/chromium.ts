// Which browser the browser gates drive, and how to get one.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import type { Provision } from './runner/gate.ts';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const byHand =
  'Install Chromium or Chrome, or set CHROMIUM_PATH to one. With HEARD_ALLOW_NO_BROWSER=1, `npm test` leaves out what needs a browser; the check of the demo by itself cannot.';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function find(): string | undefined {
  return [process.env['CHROMIUM_PATH'] ?? '', ...usualPlaces].find((path) => path !== '' && isProgram(path));
}

/** Debian's full package: the headless shell has a launcher that outlives a killed browser. */
function installWithApt(): string | undefined {
  console.error('[chromium] there is none: installing it with apt-get (about 200 MB, once)');
  const apt = (...args: readonly string[]) =>
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
      timeout: 600_000,
    });
  apt('update');
  const installed = apt('install', '-y', '--no-install-recommends', 'chromium');
  return installed.status === 0 ? undefined : (installed.stderr ?? '').trim().split('\n').slice(-3).join(' | ');
}

export function findOrInstallChromium(): Provision {
  const wanted = process.env['CHROMIUM_PATH'];
  if (wanted !== undefined && wanted !== '' && !isProgram(wanted)) {
    const what = existsSync(wanted) ? 'which is not a program that can be run' : 'where there is nothing';
    return {
      met: false,
      reason: `CHROMIUM_PATH says ${wanted}, ${what}. Set it to a Chromium or Chrome, or unset it.`,
    };
  }
  const found = find();
  if (found !== undefined) return { met: true, env: { CHROMIUM_PATH: found } };
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) {
    return { met: false, reason: `There is no Chromium on this machine. ${byHand}` };
  }
  if (process.getuid?.() !== 0) {
    return { met: false, reason: `There is no Chromium, and only root may install it with apt-get. ${byHand}` };
  }
  const problem = installWithApt();
  const installed = find();
  if (installed !== undefined) return { met: true, env: { CHROMIUM_PATH: installed } };
  return { met: false, reason: `apt-get could not install Chromium: ${problem ?? 'no reason given'}. ${byHand}` };
}

/** Launch options under which Debian's Chromium runs as root, without a display and without calling home. */
export const chromiumLaunch = (): { readonly executablePath: string; readonly args: string[] } => ({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
