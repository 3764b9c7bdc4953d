import { realpathSync } from 'node:fs';
import { errnoOf } from '../../protocol/errors.js';
import { parseJson } from '../../protocol/json.js';
import { readOwnFile } from '../../protocol/own-file.js';

/** The state of a client that was used for years has its whole history in it. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Deeper than any file of the client; a parser would run out of stack a thousand times later. */
const MAX_DEPTH = 200;

/** A file of Claude Code's as it lies there. */
export type ClientFile =
  /** `target`: the file itself where `path` is a link, as in a folder of dotfiles. */
  | { kind: 'bytes'; bytes: Buffer; target: string; mode: number }
  | { kind: 'missing' }
  /** In words that fit after the path and a colon. */
  | { kind: 'bad'; reason: string };

/** The same as JSON. */
export type ClientJson = { kind: 'value'; value: unknown } | Exclude<ClientFile, { kind: 'bytes' }>;

/** Reads a file of Claude Code's, through a link. Never throws. */
export function readClientFile(path: string): ClientFile {
  try {
    const target = realpathSync(path);
    const file = readOwnFile(target, MAX_BYTES, { privacy: 'any' });
    if (file.kind === 'missing') return file;
    if (file.kind !== 'bytes') return { kind: 'bad', reason: file.reason };
    return { kind: 'bytes', bytes: file.bytes, target, mode: file.stats.mode & 0o777 };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'bad', reason: `cannot be read: ${errno ?? 'unknown error'}` };
  }
}

/** As {@link readClientFile}, parsed; the client itself takes no comments in these. Never throws. */
export function readClientJson(path: string): ClientJson {
  const file = readClientFile(path);
  if (file.kind !== 'bytes') return file;
  try {
    return { kind: 'value', value: parseJson(file.bytes, MAX_DEPTH) };
  } catch (error) {
    const why = error instanceof RangeError ? 'nested too deeply' : 'not valid JSON';
    return { kind: 'bad', reason: why };
  }
}
