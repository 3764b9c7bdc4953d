import type { Stats } from 'node:fs';
import { parseMessage, type Message } from '../protocol/envelope.js';
import { isRecord, parseJson } from '../protocol/json.js';
import { MAX_MESSAGE_FILE_BYTES } from '../protocol/limits.js';
import { isPassing, readOwnFile } from '../protocol/own-file.js';
import type { Keyring } from './keyring.js';
import { isSigned, type SignatureState } from './signing.js';

/** What a file in an inbox turned out to be. */
export type Verdict =
  | {
      kind: 'message';
      message: Message;
      signature: SignatureState;
      /** Epoch milliseconds at which the file was changed or moved last. */
      changedAt: number;
    }
  | { kind: 'reject'; reason: string }
  /** Perhaps still being written, or not to be had at this moment. */
  | { kind: 'later' }
  | { kind: 'gone' };

/** `cp file inbox/` writes in place: a broken file this young may be whole in a moment. */
const GRACE_MS = 2_000;

/**
 * Reads a file that anybody may have put there, and changes nothing about it: when it was changed last is
 * looked at.
 *
 * @param keys to check the signature and to decrypt the text; without them the text is as it lies
 * @param at epoch milliseconds for which its signature is judged, as former keys end some time
 */
export function inspectFile(path: string, name: string, keys?: Keyring, at = Date.now()): Verdict {
  const file = readOwnFile(path, MAX_MESSAGE_FILE_BYTES);
  switch (file.kind) {
    case 'missing':
      return { kind: 'gone' };
    case 'refused':
      return { kind: 'reject', reason: file.reason };
    case 'unopened':
      return isPassing(path, file.error)
        ? { kind: 'later' }
        : { kind: 'reject', reason: file.reason };
    case 'bytes':
  }
  const { bytes, stats } = file;
  const read = readMessage(name, bytes, stats, keys, at);
  if (typeof read !== 'string') {
    return { kind: 'message', ...read, changedAt: stats.ctimeMs };
  }
  // A date in the future must not make it wait, and be looked at, until then.
  const age = Math.abs(Date.now() - stats.mtimeMs);
  return age < GRACE_MS ? { kind: 'later' } : { kind: 'reject', reason: read };
}

/** The message and what its signature tells, or what is wrong with the content. */
function readMessage(
  name: string,
  bytes: Buffer,
  { mtime }: Stats,
  keys: Keyring | undefined,
  at: number,
): { message: Message; signature: SignatureState } | string {
  if (!name.endsWith('.json')) return 'the name does not end in .json';
  if (bytes.length === 0) return 'empty';
  let raw: unknown;
  try {
    raw = parseJson(bytes);
  } catch (error) {
    return whatIsWrong(error);
  }
  // What is wrong with the keys is not the message's fault, so it is thrown.
  const told = isRecord(raw) ? open(raw, mtime, keys, at) : { raw, signature: 'unsigned' as const };
  try {
    return { message: parseMessage(told.raw), signature: told.signature };
  } catch (error) {
    return whatIsWrong(error);
  }
}

/** Checks the signature of what was parsed, and then completes and decrypts it. */
function open(
  raw: Readonly<Record<string, unknown>>,
  mtime: Date,
  keys: Keyring | undefined,
  at: number,
): { raw: object; signature: SignatureState } {
  const signature = keys?.check(raw, at) ?? (isSigned(raw) ? 'unchecked' : 'unsigned');
  const { content } = raw;
  const text = isRecord(content) ? content['text'] : undefined;
  return {
    signature,
    raw: {
      ...raw,
      // Who wrote no time wrote it when the file was written, at whichever reading.
      timestamp: raw['timestamp'] ?? mtime.toISOString(),
      ...(isRecord(content) && typeof text === 'string' && keys !== undefined
        ? { content: { ...content, text: keys.reveal(text) } }
        : {}),
    },
  };
}

/** In our words: the parser's quote the file, and reasons are logged. */
function whatIsWrong(error: unknown): string {
  if (error instanceof SyntaxError) return 'not valid JSON';
  if (error instanceof TypeError) return 'not valid UTF-8';
  return error instanceof Error ? error.message : String(error);
}
