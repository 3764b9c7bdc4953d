import type { Keyring } from '../../mail/keyring.js';
import { createMessage, encodeMessage, type Draft } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import { stageBytes, stageMessage } from '../support/files.js';
import { markOf } from './entry.js';
import type { History } from './history.js';

type Root = { readonly root: string };

/**
 * Drops a good, unsigned message file, as a script would; it counts as accepted.
 *
 * @param from key and name of who writes
 * @returns its id
 */
export function dropRecorded(
  history: History,
  where: Root,
  from: string,
  to: string,
  fields: Partial<Draft> & { text: string },
): string {
  history.note({ kind: 'named', agent: from, name: from });
  const { id, drop } = stageMessage(where, to, { from, ...fields });
  // A folder may be read while names are added to it: only what waits together comes in order.
  const stream = `file/${id}`;
  const ref = history.send({ from, to, by: 'file', stream, text: fields.text });
  drop();
  history.accepted(ref, id);
  return id;
}

/** The same, signed as the product signs. */
export function dropSigned(
  history: History,
  where: Root,
  keys: Keyring,
  from: string,
  to: string,
  { text, ...fields }: Partial<Draft> & { text: string },
): string {
  history.note({ kind: 'named', agent: from, name: from });
  const id = newMessageId();
  const message = createMessage({ id, from, to, text, ...fields });
  const { drop } = stageBytes(where, to, id, encodeMessage(keys.seal(message)));
  const ref = history.send({ from, to, by: 'file', stream: `file/${id}`, text });
  drop();
  history.accepted(ref, id);
  return id;
}

/** Drops a file that nobody may be shown, for example a forged or torn one. */
export function plantRecorded(
  history: History,
  where: Root,
  to: string,
  stem: string,
  bytes: Uint8Array | string,
  why: string,
  text?: string,
): void {
  const mark = text === undefined ? undefined : markOf(text);
  history.note({ kind: 'planted', to, file: `${stem}.json`, text: mark, why });
  stageBytes(where, to, stem, bytes).drop();
}
