import { randomUUID } from 'node:crypto';
import { fsync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checkBy } from '../../protocol/check-by.js';
import { closeQuietly } from '../../protocol/close-quietly.js';
import { Cc2ccError, storeError } from '../../protocol/errors.js';
import { parseJson } from '../../protocol/json.js';
import { linkOrCreate } from '../../protocol/link-or-create.js';
import { makeFolder } from '../../protocol/make-folder.js';
import { isPassing, readOwnFile } from '../../protocol/own-file.js';
import { secureFolder } from '../../protocol/own-folder.js';
import { syncFolder } from '../../protocol/sync-folder.js';
import { eventSchema, MAX_EVENT_BYTES, type TaskEvent } from './event.js';
import { isOwnFolder } from './paths.js';

const fsyncFile = promisify(fsync);

/** Others may make a file before they write it: one this young may be whole soon. */
const GRACE_MS = 2_000;

/** What the file of a number turned out to be. */
export type EventFile =
  | { kind: 'event'; event: TaskEvent }
  /** Not an event: the number is used up and means nothing. */
  | { kind: 'void' }
  /** Perhaps still being written. */
  | { kind: 'torn' }
  | { kind: 'missing' };

/** Reads the event of a number. Whatever lies there, it does no harm. */
export function readEvent(folder: string, seq: number): EventFile {
  const path = eventPath(folder, seq);
  const file = readOwnFile(path, MAX_EVENT_BYTES);
  if (file.kind === 'missing') return file;
  // Who took that for void would overlook what it says.
  if (file.kind === 'unopened' && isPassing(path, file.error)) throw file.error;
  if (file.kind !== 'bytes') return { kind: 'void' };
  try {
    const result = checkBy(eventSchema(), parseJson(file.bytes));
    return result.success && result.data.seq === seq
      ? { kind: 'event', event: result.data }
      : { kind: 'void' };
  } catch {
    // Not JSON. A date in the future must not make it wait until then.
    return { kind: Math.abs(Date.now() - file.stats.mtimeMs) < GRACE_MS ? 'torn' : 'void' };
  }
}

/**
 * Makes an event the one of its number, which exactly one of all who try can do.
 *
 * It is there at once, whole, for all to see, and durable when the promise resolves: who sends a
 * message with it needs no second wait for the disk. A power cut in between may leave a file of no
 * content, which is void, as if nothing had happened; and nobody has been told that it had.
 *
 * @returns undefined when another was faster
 * @throws Cc2ccError E_STORE, E_UNSAFE; there is no event then
 */
export function placeEvent(folder: string, event: TaskEvent): Promise<void> | undefined {
  const target = eventPath(folder, event.seq);
  const own = join(folder, `.${randomUUID()}.tmp`);
  const bytes = `${JSON.stringify(event, null, 2)}\n`;
  try {
    secureFolder(dirname(folder));
    makeFolder(folder);
    secureFolder(folder);
    if (!isOwnFolder(folder)) {
      throw new Cc2ccError('E_UNSAFE', `${folder} is not a folder of yours.`);
    }
    writeFileSync(own, bytes, { mode: 0o600, flag: 'wx' });
    try {
      if (!linkOrCreate(own, target, bytes)) return undefined;
    } finally {
      rmSync(own, { force: true });
    }
  } catch (error) {
    throw error instanceof Cc2ccError ? error : storeError('write down the task', target, error);
  }
  const durable = makeDurable(folder, target, event.state === 'submitted');
  durable.catch(() => undefined); // whoever awaits it is told; a daemon does not end where nobody does
  return durable;
}

async function makeDurable(folder: string, target: string, isFirst: boolean): Promise<void> {
  try {
    const fd = openSync(target, 'r+');
    try {
      await fsyncFile(fd);
    } finally {
      closeQuietly(fd);
    }
    await syncFolder(folder);
    if (!isFirst) return;
    await syncFolder(join(folder, '..'));
    await syncFolder(join(folder, '..', '..')); // the folder of tasks may be new as well
  } catch (error) {
    throw storeError('sync the task', target, error);
  }
}

function eventPath(folder: string, seq: number): string {
  return join(folder, `${seq}.json`);
}
