import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import type { Stamp } from './stamp.js';

export { ID_PATTERN, isMessageId } from './id-pattern.js';

/** A fresh id for a message without a stamp (command line, notices). */
export function newMessageId(): string {
  return `msg-${v7()}`;
}

/**
 * The id of a message that was asked for at `stamp`; the same stamp and parts give the same id.
 *
 * @param parts what tells apart two messages of one stamp: attach key, JSON-RPC id, recipient
 */
export function derivedMessageId(stamp: Stamp, ...parts: readonly string[]): string {
  const [ms, running] = stamp;
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  // uuid's `seq` is 32 bits: the upper 12 follow the time in the id (so ids sort by the running
  // number), the lower 20 and the 42 random bits after them come from the hash.
  const seq = ((running << 20) | (hash.readUInt32BE(0) >>> 12)) >>> 0;
  return `msg-${v7({ msecs: ms, seq, random: hash.subarray(4, 20) })}`;
}

const UUID7 = /^msg-([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether an id is a uuid v7: such ids sort by the time that they bear. */
export function bearsTime(id: string): boolean {
  return UUID7.test(id);
}

/** Epoch milliseconds that a uuid v7 id bears, or undefined for another kind of id. */
export function timeOfId(id: string): number | undefined {
  const match = UUID7.exec(id);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : Number.parseInt(match[1] + match[2], 16);
}
