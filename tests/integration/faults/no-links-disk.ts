import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../support/sandbox.js';
import { run, unmountLater } from '../lifecycle/mounts.js';

const BYTES = 32 * 1024 * 1024;

/** File systems without hard links and without modes of their own, and how they are made and mounted. */
const KINDS: readonly { name: string; make: string[]; mount: string[] }[] = [
  {
    name: 'vfat',
    make: ['mkfs.vfat'],
    mount: ['mount', '-t', 'vfat', '-o', 'fmask=0177,dmask=0077,utf8'],
  },
  {
    name: 'exfat of the kernel',
    make: ['mkfs.exfat'],
    mount: ['mount', '-t', 'exfat', '-o', 'fmask=0177,dmask=0077'],
  },
  {
    name: 'exfat by FUSE',
    make: ['mkfs.exfat'],
    mount: ['mount.exfat-fuse', '-o', 'fmask=0177,dmask=0077'],
  },
];

/**
 * Makes the sandbox's bridge root a file system that has no hard links, until cleanup.
 *
 * @returns which, or why that cannot be done here
 */
export function mountWithoutLinks(sandbox: Sandbox): { name: string } | { why: string } {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { why: 'needs root, Linux' };
  mkdirSync(sandbox.root, { mode: 0o700 });
  const reasons: string[] = [];
  for (const { name, make, mount } of KINDS) {
    const image = join(mkdtempSync(join(sandbox.dir, 'disk-')), 'image');
    writeFileSync(image, '');
    truncateSync(image, BYTES);
    const why = mountImage(sandbox, image, make, mount);
    if (why === undefined) return { name };
    reasons.push(`${name}: ${why}`);
  }
  return { why: `no file system without hard links can be mounted (${reasons.join('; ')})` };
}

function mountImage(
  { root, ...sandbox }: Sandbox,
  image: string,
  [maker = '']: string[],
  [mounter = '', ...args]: string[],
): string | undefined {
  const unmade = run(maker, image);
  if (unmade !== undefined) return unmade;
  const looped = spawnSync('losetup', ['--find', '--show', image], { encoding: 'utf8' });
  if (looped.status !== 0) return `losetup: ${looped.error?.message ?? looped.stderr.trim()}`;
  const device = looped.stdout.trim();
  const unmounted = run(mounter, ...args, device, root);
  // While it is mounted this only means that the device goes with the mount.
  const kept = run('losetup', '--detach', device);
  if (unmounted !== undefined) return unmounted;
  unmountLater({ root, ...sandbox }, root);
  return kept;
}
