import { readFileSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { errnoOf, storeError } from '../protocol/errors.js';
import { NAME_PATTERN } from '../protocol/names.js';
import type { Log } from './log.js';
import { patiently } from '../protocol/patiently.js';

/** What can become of an agent that somebody waits for. */
export const OUTCOMES = ['idle', 'left', 'neither'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Who waits for longer has forgotten why. */
export const WATCH_HOURS = 12;

const name = z.string().regex(NAME_PATTERN);
const watchSchema = z.object({
  /** The notice's message id follows from it. */
  id: z.uuid(),
  /** Who is told. */
  asker: name,
  /** Of whom. */
  agent: name,
  /** Epoch milliseconds at which the asker is told that there is nothing to tell. */
  deadline: z.number(),
  /**
   * What the asker is told, and as of when, epoch milliseconds: noted before the notice is written, so
   * that it is the same notice when a crash comes in between.
   */
  outcome: z.object({ what: z.enum(OUTCOMES), at: z.number() }).optional(),
});

/** One agent that wants to know once when another one becomes idle or leaves. */
export type Watch = z.infer<typeof watchSchema>;

/** Reads `idle-watches.json`. A file that makes no sense is logged and taken for none. */
export function readWatches(path: string, log: Log): Watch[] {
  try {
    return z.array(watchSchema).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') log.warn({ err: error, path }, 'cannot read idle watches');
    return [];
  }
}

/**
 * Replaces the file. Without fsync: it must outlive the daemon, and after a power cut there is neither
 * the one who asked nor the one who was asked for.
 *
 * @throws Cc2ccError E_STORE
 */
export function writeWatches(path: string, watches: readonly Watch[]): void {
  const text = `${JSON.stringify(watches, null, 2)}\n`;
  try {
    patiently(() => writeFileAtomic.sync(path, text, { mode: 0o600, fsync: false }));
  } catch (error) {
    throw storeError('note who waits for whom', path, error);
  }
}
