import { readFileSync } from 'node:fs';
import { stableNode, versionedBy } from '../../../protocol/node-path.js';
import { byHand, fail, ok, warn, type Check } from '../check.js';
import { INIT } from '../commands.js';

/** Whether this Node program is one that we run on, and one that stays. */
export const NODE_CHECKS: readonly Check[] = [
  {
    id: 'node',
    title: 'Node version',
    look: () => judgeNode(process.versions.node, wantedNode()),
  },
  {
    id: 'node-path',
    title: 'Node program',
    look: () => judgeNodePath(process.execPath),
  },
];

/** From `>=20.19.0` in package.json. */
function wantedNode(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { engines } = JSON.parse(text) as { engines?: { node?: unknown } };
  return typeof engines?.node === 'string' ? engines.node : '';
}

/** Exported for its test: no other Node program may be at hand. */
export function judgeNode(version: string, wanted: string): ReturnType<Check['look']> {
  const least = /\d+(?:\.\d+)*/.exec(wanted)?.[0] ?? '0';
  if (isAtLeast(version, least)) return ok(`${version}, at least ${least} is needed`);
  return fail(
    `${version} is too old, at least ${least} is needed`,
    byHand('node --version # install a newer one: https://nodejs.org'),
  );
}

export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split(/[.-]/).map(Number));
  for (const [at, part] of (want ?? []).entries()) {
    const mine = have?.[at] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
}

/** Exported for its test. */
export function judgeNodePath(program: string): ReturnType<Check['look']> {
  const { path, warning } = stableNode(program);
  if (warning === undefined)
    return ok(path === program ? path : `${path}, which leads to ${program}`);
  return warn(`${program} goes when ${versionedBy(program)} removes this version`, {
    details: [
      'The service, the registration and the hooks name it. After an upgrade of Node, set them up again.',
    ],
    ...byHand(INIT),
  });
}
