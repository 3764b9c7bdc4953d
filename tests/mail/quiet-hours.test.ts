import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { areNow, concern, endOf, quietHoursOf, quietSchema } from '../../mail/quiet-hours.js';

// Clocks go forward on 29 March and back on 25 October of 2026.
process.env['TZ'] = 'Europe/Berlin';

type Entry = Parameters<ReturnType<typeof quietSchema>['parse']>[0];
const hours = (entry: Entry) => quietHoursOf(quietSchema().parse(entry));
const MINUTE = 60_000;

test('hours of a day, over midnight, on days', () => {
  const on = (day: number, time: string): Date => {
    const [h = 0, m = 0] = time.split(':').map(Number);
    return new Date(2026, 10, 15 + day, h, m, 30); // 15 November 2026 is a Sunday
  };
  for (const [entry, yes, no] of [
    [{ from: '12:00', to: '13:00' }, ['12:00', '12:59'], ['11:59', '13:00', '00:00']],
    [{ from: '22:00', to: '07:00' }, ['22:00', '23:59', '00:00', '06:59'], ['07:00', '21:59']],
    [{ from: '00:00', to: '24:00' }, ['00:00', '12:00', '23:59'], []],
    [{ from: '13:00', to: '00:00' }, ['13:00', '23:59'], ['00:00', '12:59']],
  ] as const) {
    for (const time of yes) assert.ok(areNow(hours(entry), on(0, time)), `${entry.from} ${time}`);
    for (const time of no) assert.ok(!areNow(hours(entry), on(0, time)), `${entry.from} ${time}`);
  }
  const friday = hours({ from: '22:00', to: '07:00', days: ['fri'] });
  for (const [day, time, expected] of [
    [5, '06:00', false],
    [5, '22:00', true],
    [6, '06:59', true], // it began on Friday
    [6, '22:00', false],
    [0, '06:00', false],
  ] as const) {
    assert.equal(areNow(friday, on(day, time)), expected, `${day} ${time}`);
  }
  assert.ok(!areNow(hours({ from: '00:00', to: '24:00', days: [] }), on(3, '12:00')));
});

test('whom they concern: a list that is missing means all, an empty one none', () => {
  const ann = { from: 'ann', priority: 'high' } as const;
  const whole = { from: '00:00', to: '24:00' };
  assert.ok(concern(hours(whole), 'ben', ann));
  assert.ok(concern(hours({ ...whole, agents: ['ben'], senders: ['ann'] }), 'ben', ann));
  for (const entry of [
    { agents: [] },
    { agents: ['cat'] },
    { senders: [] },
    { senders: ['cat'] },
    { except: ['low', 'high'] },
  ]) {
    assert.ok(!concern(hours({ ...whole, ...entry }), 'ben', ann), JSON.stringify(entry));
  }
  const critical = { ...ann, priority: 'critical' } as const;
  assert.ok(!concern(hours(whole), 'ben', critical), 'critical breaks through by itself');
  assert.ok(concern(hours({ ...whole, except: [] }), 'ben', critical), 'unless nothing may');
});

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const entry = fc
  .record(
    { from: clock, to: fc.oneof(clock, fc.constant('24:00')), days: fc.subarray([...DAYS]) },
    { requiredKeys: ['from', 'to'] },
  )
  .filter(({ from, to }) => from !== to);
/** Also in the weeks in which clocks change. */
const moment = fc
  .oneof(
    fc.integer({ min: Date.UTC(2026, 2, 25), max: Date.UTC(2026, 3, 2) }),
    fc.integer({ min: Date.UTC(2026, 9, 21), max: Date.UTC(2026, 9, 29) }),
    fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
  )
  .map((ms) => new Date(ms));

test('an end in the hour that is left out in spring is the moment at which clocks change', () => {
  const all = [
    { from: '04:00', to: '03:00' },
    { from: '03:00', to: '02:01', days: ['sat'] as const },
  ].map((one) => hours({ ...one, ...('days' in one ? { days: [...one.days] } : {}) }));
  const end = endOf(all, new Date('2026-03-27T03:00:00.000Z'));
  assert.ok(end !== undefined && end !== Infinity);
  assert.ok(!all.some((one) => areNow(one, new Date(end))));
  assert.ok(all.some((one) => areNow(one, new Date(end - MINUTE))));
});

test('a minute that is in none, right where clocks change, is the end as well', () => {
  for (const [from, to, now, end] of [
    ['03:01', '02:02', '2026-03-28T02:01:00.000Z', '2026-03-29T01:00:00.000Z'],
    ['02:01', '24:00', '2026-10-25T00:01:00.000Z', '2026-10-25T01:00:00.000Z'],
  ] as const) {
    assert.equal(endOf([hours({ from, to })], new Date(now)), Date.parse(end));
  }
});

test('the end of quiet hours is the first minute after now that is in none', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 4 }), moment, (entries, now) => {
      const all = entries.map(hours);
      const isNow = (ms: number): boolean => all.some((one) => areNow(one, new Date(ms)));
      const end = endOf(all, now);
      if (end === undefined) {
        assert.ok(!isNow(now.getTime()));
        return;
      }
      assert.ok(isNow(now.getTime()));
      const last = Math.min(end, now.getTime() + 8 * 24 * 60 * MINUTE);
      for (let ms = now.getTime(); ms < last; ms += MINUTE) assert.ok(isNow(ms), `${ms}`);
      if (end !== Infinity) assert.ok(!isNow(end));
    }),
    { numRuns: 200 },
  );
});
