import type { Registry } from '../../../../mail/directory.js';
import { registryOf } from '../../../../mail/directory.js';
import type { Stored, TaskStore } from '../../../../mail/tasks/store.js';
import { taskOfMessageId } from '../../../../mail/tasks/task-id.js';
import { newMessageId } from '../../../../protocol/ids.js';

export const AT = '2026-11-20T23:26:13.153Z';

/** A task of ann's for the candidates. */
export function submit(store: TaskStore, candidates: readonly string[], title = 'Mend it'): Stored {
  const messages = Object.fromEntries(candidates.map((name) => [name, newMessageId()]));
  const id = taskOfMessageId(newMessageId());
  const rest = { by: 'ann', at: AT, requester: 'ann', priority: 'normal' as const };
  return store.submit(id, { ...rest, title, candidates: [...candidates], messages });
}

/** A registry in which nobody is attached. */
export function registry(root: string): Registry {
  return registryOf(root);
}
