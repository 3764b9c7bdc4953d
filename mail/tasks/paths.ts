import { join } from 'node:path';
import { Cc2ccError, errnoOf } from '../../protocol/errors.js';
import { listFolder } from '../../protocol/list-folder.js';
import { ownFolder } from '../own-file.js';
import { isTaskId } from './task-id.js';

/** The folder of all tasks of a bridge root. */
export function tasksFolder(root: string): string {
  return join(root, 'tasks');
}

/** @throws Cc2ccError E_UNKNOWN_TASK for what is no task id, and so no folder name */
export function taskFolder(root: string, id: string): string {
  const isId: boolean = isTaskId(id);
  if (!isId) {
    throw new Cc2ccError('E_UNKNOWN_TASK', `"${id.slice(0, 80)}" is not a task id.`, {
      hint: 'One looks like task-01a1fbf4-0f50-7000-a1fc-8b940ccbf429.',
    });
  }
  return join(tasksFolder(root), id);
}

/** Ids of the folders in `tasks/`, oldest first; whether there is a task in them is another thing. */
export function taskIds(root: string): string[] {
  if (!isOwnFolder(tasksFolder(root))) return [];
  return listFolder(tasksFolder(root))
    .filter((name) => isTaskId(name))
    .sort();
}

/** Whether it is a folder of ours and no link to one. */
export function isOwnFolder(path: string): boolean {
  try {
    return ownFolder(path) !== undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return false; // a file bears the name of the folder above
    throw error;
  }
}
