import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createMessage, encodeMessage } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';

/** Also the text of ours. */
export const TEXT = 'A message of a usual length, to be kept whatever happens.';

/** What durable delivery costs at the least, one after the other: the calls of maildir(5). */
export function durableWriter(dir: string): () => void {
  const [tmp, inbox] = [join(dir, 'tmp'), join(dir, 'inbox')];
  for (const path of [tmp, inbox]) mkdirSync(path, { recursive: true, mode: 0o700 });
  return () => {
    const id = newMessageId();
    const file = join(tmp, id);
    const message = createMessage({ id, from: 'sender', to: 'recipient', text: TEXT });
    const fd = openSync(file, 'wx', 0o600);
    writeSync(fd, encodeMessage(message));
    fsyncSync(fd);
    closeSync(fd);
    linkSync(file, join(inbox, id));
    unlinkSync(file);
    const folder = openSync(inbox, 'r');
    fsyncSync(folder);
    closeSync(folder);
  };
}
