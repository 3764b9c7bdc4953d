import { tilde } from '../../protocol/terminal/text.js';
import { configPath } from '../../protocol/settings/file.js';
import { dirname } from 'node:path';
import { assertPurgeable, purgeRoot } from './purge.js';
import { pruneUp, removeAll } from './remove-files.js';
import { attempt, type Step } from './step.js';

/**
 * Removes mail, keys and rules, and `config.json`.
 *
 * @param left takes the paths of what is none of ours
 */
export async function removeMail(root: string, dryRun: boolean, left: string[]): Promise<Step[]> {
  return [
    await attempt('bridge root', () => {
      if (!assertPurgeable(root)) return { path: root, done: 'absent' };
      const foreign = purgeRoot(root, dryRun);
      left.push(...foreign.map((path) => `${tilde(path)} is none of ours`));
      return { path: root, done: 'removed' };
    }),
    await attempt('configuration', () => {
      const path = configPath();
      const gone = removeAll([path], dryRun);
      if (!dryRun) pruneUp(dirname(path), dirname(path));
      return { path, done: gone.length > 0 ? 'removed' : 'absent' };
    }),
  ];
}

/** The same where mail is kept. */
export function keptMail(root: string, waiting: number): Step {
  const note =
    waiting === 0 ? 'nothing waits unread in it' : `${waiting} messages wait unread in it`;
  return { what: 'bridge root', path: root, done: 'kept', note };
}
