import { valueOrDefault } from './value-or-default.js';

/** The client writes its JSON at once; a large one while the client is busy takes a part of this. */
const INPUT_MS = 2_000;

/** A tool's answer may be large. More than this is no use to us, since it would not be parsed. */
const MAX_INPUT_BYTES = 8 * 1024 * 1024;

/**
 * All that comes on stdin until its end, or until the deadline: who leaves the pipe open has still
 * written all.
 *
 * @returns undefined for too much
 * @throws Error when it cannot be read
 */
export function readStdin(): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (): void => {
      clearTimeout(deadline);
      resolve(bytes > MAX_INPUT_BYTES ? undefined : Buffer.concat(chunks));
    };
    const deadline = setTimeout(finish, INPUT_MS);
    process.stdin.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // Read on all the same: the client's write would fail when nobody does.
      if (bytes > MAX_INPUT_BYTES) chunks.length = 0;
      else chunks.push(chunk);
    });
    process.stdin.on('end', finish);
    process.stdin.on('error', reject);
  });
}

/**
 * Writes a text and waits until the pipe has taken it.
 *
 * @throws Error when nobody reads there any more
 */
export function handOver(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** With `debug` says on stderr what happens; never a text of anybody's. */
export function debug(text: string): void {
  if (valueOrDefault('debug')) process.stderr.write(`cc2cc hook: ${text}\n`);
}
