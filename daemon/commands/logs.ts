import { createReadStream, openSync, closeSync, fstatSync, readSync, watchFile } from 'node:fs';
import { Cc2ccError, errnoOf, ExitCode, storeError } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { isOwn, TO_READ } from '../../protocol/own-file.js';
import { bridgeRoot } from '../../protocol/paths.js';

/** More than the lines that anybody asks for; the log is read from its end. */
const TAIL_BYTES = 256 * 1024;

/** `cc2cc-daemon logs`: the last lines of the log, and with --follow what comes. */
export async function logs({ lines, follow }: { lines: string; follow: boolean }): Promise<number> {
  const count = Number(lines);
  if (!Number.isInteger(count) || count < 0) {
    throw new Cc2ccError('E_USAGE', `--lines takes a whole number, not "${lines}".`);
  }
  const { log } = hostPaths(bridgeRoot());
  const { text, size } = tail(log);
  const last = count === 0 ? [] : text.split('\n').filter(Boolean).slice(-count);
  for (const line of last) console.log(line);
  if (follow) await followFrom(log, size);
  return ExitCode.ok;
}

function tail(path: string): { text: string; size: number } {
  let fd;
  try {
    fd = openSync(path, TO_READ);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw storeError('read the log', path, error);
    throw new Cc2ccError('E_PATH', `There is no log at ${path} yet.`, {
      hint: 'Start the daemon: cc2cc-daemon start',
    });
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || !isOwn(stats)) {
      throw new Cc2ccError('E_UNSAFE', `${path} is not a file of yours.`);
    }
    const { size } = stats;
    const start = Math.max(0, size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    const read = readSync(fd, buffer, 0, buffer.length, start);
    return { text: buffer.toString('utf8', 0, read), size };
  } finally {
    closeSync(fd);
  }
}

/** Until interrupted. A file that got smaller has been rotated: it is read from its beginning. */
function followFrom(path: string, from: number): Promise<never> {
  let position = from;
  watchFile(path, { interval: 250 }, ({ size }) => {
    if (size < position) position = 0;
    if (size === position) return;
    const stream = createReadStream(path, { start: position, end: size - 1 });
    position = size;
    stream.on('error', () => undefined); // rotated away in this moment; the next look goes on
    stream.pipe(process.stdout, { end: false });
  });
  return new Promise(() => undefined);
}
