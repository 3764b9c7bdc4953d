import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, clock, span } from '../../../protocol/terminal/times.js';
import { parseDuration, parseTime } from '../../../scripts/cli/times.js';

test('durations', () => {
  const cases: [string, number][] = [
    ['0', 0],
    ['90', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['30s', 30_000],
    ['10 m', 600_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['1w', 604_800_000],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
  for (const text of ['', '-5s', 's', '5y', '1e3', 'soon', '5s5', '0x10', '9'.repeat(400)]) {
    assert.throws(() => parseDuration(text), { code: 'E_USAGE' }, text);
  }
});

test('times', () => {
  const now = Date.UTC(2026, 10, 20, 12);
  const cases: [string, number][] = [
    ['2h', now - 7_200_000],
    ['7d', now - 604_800_000],
    ['2026-11-20', new Date(2026, 10, 20).getTime()],
    ['2026-11-20T14:30', new Date(2026, 10, 20, 14, 30).getTime()],
    ['2026-11-20 14:30:05', new Date(2026, 10, 20, 14, 30, 5).getTime()],
    ['2026-11-20T14:30:00.5Z', Date.UTC(2026, 10, 20, 14, 30, 0, 500)],
    ['2026-11-20T14:30+02:00', Date.UTC(2026, 10, 20, 12, 30)],
    ['2028-02-29', new Date(2028, 1, 29).getTime()],
  ];
  for (const [text, at] of cases) assert.equal(parseTime(text, undefined, now), at, text);
  for (const text of ['', '7', '2026', '2026-02-31', '2027-02-29', '2026-13-01', '11/20/2026']) {
    assert.throws(() => parseTime(text, undefined, now), { code: 'E_USAGE' }, text);
  }
  for (const text of ['2026-11-20T25:00', '2026-11-20T14', 'yesterday', '2026-11-2']) {
    assert.throws(() => parseTime(text, undefined, now), { code: 'E_USAGE' }, text);
  }
});

test('times are shown short', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [59.9, '59 s'],
    [2070, '34m'],
    [8040, '2h14m'],
    [172_799, '47h59m'],
    [273_600, '3d4h'],
  ];
  for (const [seconds, text] of cases) assert.equal(span(seconds), text);
  assert.equal(ago('2026-11-20T12:00:00Z', Date.UTC(2026, 10, 20, 12, 1)), '1m');
  assert.equal(ago('2099-11-20T12:00:00Z', 0), '0 s');
  assert.equal(ago('never'), '?');
  assert.equal(clock(new Date(2026, 0, 2, 3, 4, 5).getTime()), '2026-01-02 03:04:05');
  assert.equal(clock(NaN), '?');
});
