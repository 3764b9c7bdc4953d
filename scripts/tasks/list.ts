import { currentName, registryOf } from '../../mail/directory.js';
import { Keyring } from '../../mail/keyring.js';
import { taskDetail } from '../../mail/tasks/describe.js';
import { selectTasks } from '../../mail/tasks/list.js';
import { bearerOf } from '../../mail/tasks/parties.js';
import { TaskStore, unknownTask } from '../../mail/tasks/store.js';
import type { Task } from '../../mail/tasks/task.js';
import { ExitCode } from '../../protocol/errors.js';
import { renderTable, type Column } from '../../protocol/terminal/table.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { wrap } from '../../protocol/terminal/text.js';
import { taskIdOf } from '../cli/ids.js';
import { knownRoot } from '../cli/known-root.js';
import { print, printJson, say } from '../cli/output.js';

export interface ListOptions {
  all?: boolean;
  agent?: string;
  json?: boolean;
}

const COLUMNS: readonly Column[] = [
  { head: 'TASK' },
  { head: 'STATE', style: (state) => (state === 'failed' ? 'red' : undefined) },
  { head: 'FROM', rank: 2 },
  { head: 'FOR', rank: 3, least: 12 },
  { head: 'CHANGED', rank: 1 },
  { head: 'TITLE', least: 16 },
];

/** `cc2cc task list`: by the files, so it works without a daemon too. */
export async function listTasks({ all, agent, json }: ListOptions): Promise<number> {
  const root = knownRoot();
  const registry = registryOf(root);
  const { open, ended, more } = await selectTasks(storeOf(root), registry, {
    agent: agent === undefined ? undefined : currentName(registry, agent),
    ended: all ? Infinity : 0,
  });
  const tasks = [...open, ...ended];
  if (json) {
    await printJson({ tasks: tasks.map(summaryOf), endedNotShown: more });
    return ExitCode.ok;
  }
  const rows = tasks.map((task) => [
    task.id,
    task.state,
    currentName(registry, task.requester),
    holderOf(task)
      .map((name) => bearerOf(registry, task, name))
      .join(', '),
    task.updatedAt.slice(0, 16).replace('T', ' '),
    task.title,
  ]);
  if (rows.length > 0) await print(...renderTable(COLUMNS, rows, terminalOf()));
  if (more > 0) say(`${more} more ${more === 1 ? 'has' : 'have'} ended; cc2cc task list --all.`);
  else if (rows.length === 0) say('There are no tasks.');
  return ExitCode.ok;
}

/**
 * `cc2cc task show`.
 *
 * @throws Cc2ccError E_UNKNOWN_TASK
 */
export async function showTask(id: string, json: boolean): Promise<number> {
  const root = knownRoot();
  const task = storeOf(root).read(taskIdOf(id));
  if (task === undefined) throw unknownTask(id);
  if (json) {
    await printJson(task);
    return ExitCode.ok;
  }
  const { width } = terminalOf();
  await print(...wrap(taskDetail(registryOf(root), task), width));
  return ExitCode.ok;
}

function storeOf(root: string): TaskStore {
  return new TaskStore(root, new Keyring(root));
}

function holderOf({ assignee, candidates }: Task): readonly string[] {
  return assignee === null ? candidates : [assignee];
}

/** Without what only one task in full is worth. */
function summaryOf({ history, notes, ...task }: Task): object {
  return { ...task, notes: notes.length, changes: history.length };
}
