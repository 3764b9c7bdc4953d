import { isRecord } from '../../protocol/json.js';
import { DEFAULT_TTL_S } from '../../protocol/limits.js';

/**
 * Hosts that share a root do not have the same time: what is over by our clock may be valid by
 * another's for so long.
 */
export const CLOCKS_DIFFER_MS = 60 * 60 * 1000;

/** The last moment that a date can name; what lasts longer lasts for ever. */
const MAX_DATE_MS = 8.64e15;

/** What a file in `done/` says of itself. */
export interface Ended {
  isTombstone: boolean;
  /** Epoch milliseconds until which the content could be delivered as if it were new; Infinity: always. */
  validUntil: number;
  /** Epoch milliseconds of its timestamp; NaN where it has none that all would read alike. */
  sentAt: number;
}

/**
 * Judges what was read from `done/<id>.json`.
 *
 * @returns undefined for what is neither the message of that id nor its tombstone
 */
export function endedOf(value: unknown, id: string): Ended | undefined {
  if (!isRecord(value) || value['id'] !== id) return undefined;
  if (value['tombstone'] === true) {
    const until = value['until'] === undefined ? Infinity : momentOf(value['until']);
    const validUntil = Number.isNaN(until) ? Infinity : until + CLOCKS_DIFFER_MS;
    return { isTombstone: true, validUntil, sentAt: NaN };
  }
  const sentAt = momentOf(value['timestamp']);
  const ttl = typeof value['ttl'] === 'number' ? value['ttl'] : DEFAULT_TTL_S;
  const end = sentAt + ttl * 1000;
  // Without a timestamp the time of writing counts, and who writes it again makes that anew.
  const isOpen = ttl === 0 || Number.isNaN(end) || end > MAX_DATE_MS;
  return { isTombstone: false, validUntil: isOpen ? Infinity : end + CLOCKS_DIFFER_MS, sentAt };
}

/** The `until` of a tombstone for it; undefined where there is no end. */
export function untilOf({ validUntil }: Ended): string | undefined {
  if (validUntil === Infinity) return undefined;
  return new Date(validUntil - CLOCKS_DIFFER_MS).toISOString();
}

/** A time without a zone is another moment on another host. */
function momentOf(value: unknown): number {
  const hasZone = typeof value === 'string' && /(?:Z|[+-]\d\d:?\d\d)$/i.test(value);
  return hasZone ? Date.parse(value) : NaN;
}
