/**
 * Takes an agent for long gone and removes it, again and again, until its stdin ends. Arguments: root,
 * name. Prints how often there was something that it removed.
 */
import { existsSync } from 'node:fs';
import { removeAgent } from '../../../../mail/cleanup/remove-agent.js';
import { mailboxPaths } from '../../../../protocol/paths.js';
import { DAY, HOST } from './root.js';

const [root = '', name = ''] = process.argv.slice(2);
const scene = {
  root,
  host: HOST,
  keepMs: 7 * DAY,
  isAttached: () => false,
  breathe: () => Promise.resolve(),
};
let removed = 0;
let stopped = false;
process.stdin.on('end', () => (stopped = true)).resume();
process.stdout.write('ready\n');
const work = (): void => {
  for (let n = 0; n < 20; n += 1) {
    const had = existsSync(mailboxPaths(root, name).dir);
    if (removeAgent({ ...scene, now: Date.now() + 8 * DAY }, name) && had) removed += 1;
  }
  if (stopped) process.stdout.write(`${removed}\n`);
  else setImmediate(work);
};
work();
