import { z } from 'zod';
import { PRIORITIES, type Priority } from '../protocol/envelope.js';
import { lazily } from '../protocol/lazily.js';
import { NAME_PATTERN } from '../protocol/names.js';

/** As `Date.getDay()` counts. */
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;

/** Who asks for the end of quiet hours gets no answer farther away than this. */
const HORIZON_MS = 8 * DAY_MINUTES * MINUTE_MS;

/** One entry of `quiet` in rules.json. A list that is missing means all, an empty one means none. */
export const quietSchema = lazily(() => {
  const time = z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time such as "07:00"');
  const names = z.array(z.string().regex(NAME_PATTERN, 'must be an agent name'));

  return z
    .strictObject({
      from: time,
      to: time,
      /** On which it begins. */
      days: z.array(z.enum(DAYS, { error: `must be one of ${DAYS.join(', ')}` })).optional(),
      agents: names.optional(),
      senders: names.optional(),
      except: z
        .array(z.enum(PRIORITIES, { error: `must be one of ${PRIORITIES.join(', ')}` }))
        .default(['critical']),
    })
    .refine(({ from, to }) => from !== to && from !== '24:00', {
      error: 'from and to must be two times of a day; the whole day is "00:00" to "24:00"',
    });
});

/** Hours in which certain messages wake nobody. */
export interface QuietHours {
  /** Minutes since midnight, local time; `to` at or before `from` is on the next day. */
  from: number;
  to: number;
  /** Undefined for all. */
  days: ReadonlySet<number> | undefined;
  agents: ReadonlySet<string> | undefined;
  senders: ReadonlySet<string> | undefined;
  except: ReadonlySet<Priority>;
}

export function quietHoursOf(entry: z.infer<ReturnType<typeof quietSchema>>): QuietHours {
  const { from, to, days, agents, senders, except } = entry;
  return {
    from: minutesOf(from),
    to: minutesOf(to),
    days: setOf(days?.map((day) => DAYS.indexOf(day))),
    agents: setOf(agents),
    senders: setOf(senders),
    except: new Set(except),
  };
}

/** Whether these hours are now, for whomever they are. */
export function areNow({ from, to, days }: QuietHours, at: Date): boolean {
  const minute = minuteOf(at);
  const today = at.getDay();
  const isOn = (day: number): boolean => days?.has(day) ?? true;
  if (from < to) return isOn(today) && minute >= from && minute < to;
  return (isOn(today) && minute >= from) || (isOn((today + 6) % 7) && minute < to);
}

/** Whether these hours are for a message like this one. */
export function concern(
  { agents, senders, except }: QuietHours,
  to: string,
  { from, priority }: { from: string; priority: Priority },
): boolean {
  if (except.has(priority)) return false;
  return (agents?.has(to) ?? true) && (senders?.has(from) ?? true);
}

/**
 * When the last of these hours that touch or overlap one another, beginning with those of now, has
 * passed.
 *
 * @returns epoch milliseconds; Infinity when that is more than eight days away; undefined when none
 *   of them is now
 */
export function endOf(all: readonly QuietHours[], now: Date): number | undefined {
  let at = now.getTime();
  for (;;) {
    const moment = new Date(at);
    const ends = all
      .filter((hours) => areNow(hours, moment))
      .map((hours) => endAfter(hours, moment));
    if (ends.length === 0) return at === now.getTime() ? undefined : at;
    // Where clocks are put back an end can lie before the moment: minute by minute, then.
    const end = Math.max(...ends, at + MINUTE_MS - (at % MINUTE_MS));
    // From there on the same hours are others: an end may be left out, or a minute come again.
    at = upToClockChange(at, end);
    if (at - now.getTime() > HORIZON_MS) return Infinity;
  }
}

function endAfter({ from, to }: QuietHours, at: Date): number {
  const isTomorrow = from >= to && minuteOf(at) >= from;
  const day = at.getDate() + (isTomorrow ? 1 : 0);
  return new Date(at.getFullYear(), at.getMonth(), day, 0, to).getTime();
}

/** The minute between the two in which clocks are changed, else the second one. */
function upToClockChange(from: number, to: number): number {
  const offsetAt = (ms: number): number => new Date(ms).getTimezoneOffset();
  const before = offsetAt(from);
  if (offsetAt(to) === before) return to;
  let [low, high] = [from - (from % MINUTE_MS), to];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function minuteOf(at: Date): number {
  return at.getHours() * 60 + at.getMinutes();
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

function setOf<T>(values: readonly T[] | undefined): ReadonlySet<T> | undefined {
  return values === undefined ? undefined : new Set(values);
}
