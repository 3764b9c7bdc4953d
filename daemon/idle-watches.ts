import { z } from 'zod';
import { parseBy } from '../protocol/check-by.js';
import { storeError } from '../protocol/errors.js';
import { NAME_PATTERN } from '../protocol/names.js';
import type { Log } from './log.js';
import { readOwnFile } from '../protocol/own-file.js';
import { replaceFile } from '../protocol/replace-file.js';

/** What can become of an agent that somebody waits for. */
export const OUTCOMES = ['idle', 'left', 'neither'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Who waits for longer has forgotten why. */
export const WATCH_HOURS = 12;

/** A watch has some 200 bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

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
    const file = readOwnFile(path, MAX_BYTES);
    if (file.kind === 'missing') return [];
    if (file.kind !== 'bytes') throw new Error(file.reason);
    return parseBy(z.array(watchSchema), JSON.parse(file.bytes.toString()));
  } catch (error) {
    log.warn({ err: error, path }, 'cannot read idle watches');
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
    replaceFile(path, text, { fsync: false });
  } catch (error) {
    throw storeError('note who waits for whom', path, error);
  }
}
