import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cc2ccError, errnoOf, ExitCode, storeError } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { isOwn, TO_READ } from '../../protocol/own-file.js';
import { bridgeRoot } from '../../protocol/paths.js';

/** More than the lines that anybody asks for; the log is read from its end. */
const TAIL_BYTES = 256 * 1024;

const CHUNK_BYTES = 64 * 1024;

/** So often `--follow` looks for more. */
const LOOK_MS = 250;

/** `cc2cc-daemon logs`: the last lines of the log, and with --follow what comes. */
export async function logs({ lines, follow }: { lines: string; follow: boolean }): Promise<number> {
  const count = Number(lines);
  if (!Number.isInteger(count) || count < 0) {
    throw new Cc2ccError('E_USAGE', `--lines takes a whole number, not "${lines}".`);
  }
  const { log } = hostPaths(bridgeRoot());
  const fd = openToRead(log);
  if (fd === undefined) {
    throw new Cc2ccError('E_PATH', `There is no log at ${log} yet.`, {
      hint: 'Start the daemon: cc2cc-daemon start',
    });
  }
  const { text, end } = tail(fd, follow);
  const last = count === 0 ? [] : text.split('\n').filter(Boolean).slice(-count);
  for (const line of last) console.log(line);
  if (follow) await followFrom(log, fd, end);
  closeSync(fd);
  return ExitCode.ok;
}

/** @returns undefined where there is none */
function openToRead(path: string): number | undefined {
  let fd;
  try {
    fd = openSync(path, TO_READ);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw storeError('read the log', path, error);
  }
  const stats = fstatSync(fd);
  if (stats.isFile() && isOwn(stats)) return fd;
  closeSync(fd);
  throw new Cc2ccError('E_UNSAFE', `${path} is not a file of yours.`);
}

/** @param whole without a line that is just being written: who follows sees it when it is whole */
function tail(fd: number, whole: boolean): { text: string; end: number } {
  const { size } = fstatSync(fd);
  const start = Math.max(0, size - TAIL_BYTES);
  const buffer = Buffer.alloc(size - start);
  const read = readSync(fd, buffer, 0, buffer.length, start);
  const length = whole ? buffer.lastIndexOf('\n') + 1 : read;
  return { text: buffer.toString('utf8', 0, length), end: start + length };
}

/** Until interrupted. What is shown is the open file to its end, and then the one that took its place. */
async function followFrom(path: string, fd: number, from: number): Promise<never> {
  let [open, position] = [fd, from];
  for (;;) {
    const next = successor(path, open); // before the end of the old one is read: nothing follows there
    position = await showFrom(open, position);
    if (next === undefined) await sleep(LOOK_MS);
    else {
      closeSync(open);
      [open, position] = [next, 0];
    }
  }
}

/** The log, opened, if it is another file than that one by now. */
function successor(path: string, fd: number): number | undefined {
  const there = lstatSync(path, { throwIfNoEntry: false });
  return there === undefined || there.ino === fstatSync(fd).ino ? undefined : openToRead(path);
}

/** @returns where it ends */
async function showFrom(fd: number, from: number): Promise<number> {
  let position = fstatSync(fd).size < from ? 0 : from; // emptied by somebody
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (;;) {
    const read = readSync(fd, buffer, 0, buffer.length, position);
    if (read === 0) return position;
    position += read;
    // Written out before the buffer is used again.
    await new Promise((resolve) => process.stdout.write(buffer.subarray(0, read), resolve));
  }
}
