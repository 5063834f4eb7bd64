import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A copy of the working tree that may be broken, and mended again. */
export interface Tree {
  readonly root: string;
  readonly write: (path: string, text: string) => void;
  /** Fails when the change changes nothing: a sabotage that misses proves nothing. */
  readonly edit: (path: string, change: (text: string) => string) => void;
  readonly remove: (path: string) => void;
  /** Undoes everything since the copy was made. */
  readonly mend: () => void;
  readonly dispose: () => void;
}

export function copyTree(): Tree {
  const root = mkdtempSync(join(tmpdir(), 'heard-prove-'));
  for (const file of trackedAndNew()) cpSync(file, join(root, file));
  linkModules(root);
  const before = new Map<string, string | undefined>();
  const remember = (path: string): void => {
    const file = join(root, path);
    if (!before.has(path)) before.set(path, existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  };
  const write = (path: string, text: string): void => {
    remember(path);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  return {
    root,
    write,
    edit(path, change) {
      const text = readFileSync(join(root, path), 'utf8');
      const changed = change(text);
      if (changed === text) throw new Error(`the sabotage of ${path} found nothing to break`);
      write(path, changed);
    },
    remove(path) {
      remember(path);
      rmSync(join(root, path));
    },
    mend() {
      for (const [path, text] of before) {
        if (text === undefined) rmSync(join(root, path), { force: true });
        else writeFileSync(join(root, path), text);
      }
      before.clear();
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}

function trackedAndNew(): readonly string[] {
  const git = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { encoding: 'utf8' });
  if (git.status !== 0)
    throw new Error(`git could not list the files of this tree: ${git.stderr ?? git.error?.message}`);
  return git.stdout.split('\0').filter((file) => file !== '' && existsSync(file));
}

/**
 * Hard links where the file system allows: a symbolic link would let the tools find the original tree behind it. The
 * caches inside are written in place, so they must not be shared.
 */
function linkModules(root: string): void {
  const target = join(root, 'node_modules');
  if (spawnSync('cp', ['-al', 'node_modules', target]).status !== 0) {
    rmSync(target, { recursive: true, force: true });
    cpSync('node_modules', target, { recursive: true, verbatimSymlinks: true });
  }
  for (const cache of globSync('.{vite,vite-temp,cache}', { cwd: target })) {
    rmSync(join(target, cache), { recursive: true });
  }
}
