import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const env = { PUSHER_APP_ID: '1', PUSHER_KEY: 'app-key', PUSHER_SECRET: 'app-secret', PUSHER_CLUSTER: 'eu' };

test('by default that package is looked for, and its absence is explained', () => {
  const script = `
    import { register } from 'node:module';
    register('data:text/javascript,export function resolve(name, context, next) {'
      + ' if (name === "pusher") throw new Error("Cannot find package");'
      + ' return next(name, context); }');
    const { emitOrderCreated } = await import('./src/emit/restaurant-os.ts');
    try { await emitOrderCreated({ documentId: 'a' }); }
    catch ({ code, message, remediation }) { console.log(JSON.stringify({ code, message, remediation })); }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect([JSON.parse(stdout || '{}'), stderr]).toMatchObject([
    {
      code: 'options-invalid',
      message: 'The package "pusher" is not installed, and Pusher is configured.',
      remediation: expect.stringContaining('npm install pusher') as string,
    },
    expect.any(String),
  ]);
});

test('by default the log is the standard error', () => {
  const script = `
    const { emitOrderCreated } = await import('./src/emit/restaurant-os.ts');
    console.log(JSON.stringify(await emitOrderCreated({ documentId: 'a' })));`;
  const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PUSHER_')));
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: bare,
  });
  expect([stdout.trim(), stderr]).toEqual(['{"published":false}', expect.stringContaining('Pusher is not configured')]);
});
