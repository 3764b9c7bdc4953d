import { errnoOf } from '../protocol/errors.js';
import { TokenBucket } from '../protocol/token-bucket.js';

/** So many lines of one trouble at once, then one a minute. */
const AT_ONCE = 5;
const EVERY_MS = 60_000;

/** More kinds of trouble than our code has; those seen longest ago are forgotten first. */
const MAX_KINDS = 200;

interface Kind {
  bucket: TokenBucket;
  left: number;
}

/**
 * Keeps trouble that lasts from filling the log: a disk that is full for a night would bring a line from
 * each agent every few seconds. Lines without an error in them are none of its business.
 *
 * @returns what is asked of each line: how many like it have been left out before it, or undefined where
 *   it is to be left out as well
 */
export function repeatFilter(now = () => performance.now()): (args: unknown) => number | undefined {
  const kinds = new Map<string, Kind>();
  return (args) => {
    const key = kindOf(args);
    if (key === undefined) return 0;
    const kind = kinds.get(key) ?? { bucket: new TokenBucket(AT_ONCE, EVERY_MS, now()), left: 0 };
    kinds.delete(key);
    kinds.set(key, kind); // at the end, as the one seen last
    if (kinds.size > MAX_KINDS) for (const [oldest] of [...kinds].slice(0, 1)) kinds.delete(oldest);
    if (!kind.bucket.take(now())) {
      kind.left += 1;
      return undefined;
    }
    const { left } = kind;
    kind.left = 0;
    return left;
  };
}

/** What the line says happened, and what the system said, whatever file or message it was about. */
function kindOf(args: unknown): string | undefined {
  const [fields, message] = Array.isArray(args) ? (args as unknown[]) : [];
  if (typeof fields !== 'object' || fields === null || !('err' in fields)) return undefined;
  const { err } = fields;
  const cause = err instanceof Error ? errnoOf(err.cause) : undefined;
  return `${String(message)} ${errnoOf(err) ?? ''} ${cause ?? ''}`;
}
