import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMailbox } from '../mail/deliver.js';
import { createMessage, encodeMessage } from '../protocol/envelope.js';
import { newMessageId } from '../protocol/ids.js';
import { mailboxPaths } from '../protocol/paths.js';
import type { Sandbox } from '../tests/support/sandbox.js';

const TEXT = 'A message of a usual length that has waited for a while.';

/** Messages that wait for a name, written as fast as can be. */
export function fillMailbox(
  { root }: Sandbox,
  name: string,
  count: number,
  from = 'bench-writer',
): void {
  const paths = mailboxPaths(root, name);
  ensureMailbox(paths);
  for (let nth = 0; nth < count; nth += 1) {
    const id = newMessageId();
    const message = createMessage({ id, from, to: name, text: TEXT });
    writeFileSync(join(paths.inbox, `${id}.json`), encodeMessage(message), { mode: 0o600 });
  }
}
