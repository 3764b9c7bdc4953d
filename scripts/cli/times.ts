import { Cc2ccError } from '../../protocol/errors.js';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const DURATION = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d|w)?$/;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/i;

/** The last moment that a Date can hold. */
const LAST_MS = 8.64e15;

/**
 * `30s`, `10m`, `2h`, `7d`, `1w`, `250ms`; a number alone is seconds.
 *
 * @param option that gave it, for the error
 * @returns milliseconds
 * @throws Cc2ccError E_USAGE
 */
export function parseDuration(text: string, option?: string): number {
  const [, amount, unit = 's'] = DURATION.exec(text.trim()) ?? [];
  const ms = Number(amount) * (UNITS[unit] ?? NaN);
  if (ms <= LAST_MS) return ms;
  throw new Cc2ccError('E_USAGE', `${given(text, option)} is not a duration.`, {
    hint: 'One looks like 30s, 10m, 2h or 7d.',
  });
}

/**
 * A moment: so long ago (`2h`), a day (`2026-11-20`, its beginning in local time), or a day and a
 * time (`2026-11-20T14:30`, local time without `Z` or an offset).
 *
 * @param option that gave it, for the error
 * @returns epoch milliseconds
 * @throws Cc2ccError E_USAGE
 */
export function parseTime(text: string, option?: string, now = Date.now()): number {
  const wanted = text.trim();
  // A number alone could be seconds ago, a year, or an epoch.
  if (DURATION.test(wanted) && !/\d$/.test(wanted)) return now - parseDuration(wanted);
  const at = DAY.test(wanted)
    ? Date.parse(`${wanted}T00:00`)
    : MOMENT.test(wanted)
      ? Date.parse(wanted.replace(' ', 'T').toUpperCase())
      : NaN;
  if (!Number.isNaN(at) && isRealDay(wanted)) return at;
  throw new Cc2ccError('E_USAGE', `${given(text, option)} is not a time.`, {
    hint: 'One looks like 2h (so long ago), 2026-11-20 or 2026-11-20T14:30.',
  });
}

function given(text: string, option: string | undefined): string {
  return `${option === undefined ? '' : `${option}: `}"${text.slice(0, 40)}"`;
}

/** Node takes the 31st of February for the 3rd of March. */
function isRealDay(text: string): boolean {
  const [, year, month, day] = DAY.exec(text.slice(0, 10)) ?? [];
  return Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
}
