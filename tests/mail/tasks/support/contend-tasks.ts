/**
 * Does what it can to every task of a root, in the order of their ids, as one agent. Arguments: the
 * root, the agent, what to try first (`accepted`, `working`, `completed`), and `nolinks` for a file
 * system without hard links. Begins at the first line on stdin. Prints the tasks that are its own.
 */
import fs from 'node:fs';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { registryOf } from '../../../../mail/directory.js';
import { changeTask } from '../../../../mail/tasks/change-task.js';
import { taskIds } from '../../../../mail/tasks/paths.js';
import type { ChangeState } from '../../../../mail/tasks/states.js';
import { TaskStore } from '../../../../mail/tasks/store.js';
import { Cc2ccError } from '../../../../protocol/errors.js';

const [root = '', agent = '', first = 'accepted', links = ''] = process.argv.slice(2);
if (links === 'nolinks') {
  fs.linkSync = () => {
    throw Object.assign(new Error('no links'), { code: 'EPERM' });
  };
  syncBuiltinESMExports();
}
const store = new TaskStore(root);
const ids = taskIds(root);
const own: string[] = [];

process.stdout.write('ready\n');
await once(process.stdin, 'data');
for (const id of ids) if (attempt(id, first as ChangeState)) own.push(id);
process.stdout.write(`${JSON.stringify(own)}\n`);
process.exit(0);

function attempt(id: string, state: ChangeState): boolean {
  for (;;) {
    try {
      const { isNew } = changeTask(store, registryOf(root), { id, by: agent, state });
      return isNew;
    } catch (error) {
      if (!(error instanceof Cc2ccError)) throw error;
      if (error.code === 'E_STORE' && error.message.includes('being written')) continue;
      if (error.code === 'E_TASK') return false;
      throw error;
    }
  }
}
