import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { endDaemons } from '../../support/daemon.js';
import type { Sandbox } from '../../support/sandbox.js';

/**
 * Makes the sandbox's bridge root a small file system of its own, until cleanup. To be called before
 * anything is started in the sandbox.
 *
 * @returns why that cannot be done here, for `t.skip`
 */
export function mountRoot(sandbox: Sandbox, options: string): string | undefined {
  return mountSmall(sandbox, sandbox.root, options);
}

/** The same for any folder of the sandbox. */
export function mountSmall(sandbox: Sandbox, folder: string, options: string): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root and Linux';
  mkdirSync(folder, { mode: 0o700, recursive: true });
  const trouble = run('mount', '-t', 'tmpfs', '-o', `mode=0700,${options}`, 'tmpfs', folder);
  if (trouble !== undefined) return trouble;
  unmountLater(sandbox, folder);
  return undefined;
}

/** What is mounted in the sandbox goes before the sandbox does. */
export function unmountLater(sandbox: Sandbox, folder: string): void {
  sandbox.defer(async () => {
    await endDaemons(sandbox);
    while (isMounted(folder)) unmount(folder);
  });
}

/**
 * Makes a mounted root read-only for whoever opens something from now on. It is mounted once more
 * over itself: while files are open for writing, `remount,ro` is refused.
 */
export function makeReadOnly({ root }: Sandbox): void {
  must(run('mount', '--bind', root, root));
  must(run('mount', '-o', 'remount,bind,ro', root));
}

export function makeWritable({ root }: Sandbox): void {
  unmount(root);
}

function unmount(root: string): void {
  // Somebody may be looking at a file in this moment; then it goes as soon as that is over.
  if (run('umount', root) !== undefined) must(run('umount', '-l', root));
}

function isMounted(root: string): boolean {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.some((line) => line.split(' ')[4] === root);
}

/** @returns what went wrong */
export function run(command: string, ...args: string[]): string | undefined {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? undefined : `${command}: ${error?.message ?? stderr.trim()}`;
}

function must(trouble: string | undefined): void {
  if (trouble !== undefined) throw new Error(trouble);
}
