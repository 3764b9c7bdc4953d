import assert from 'node:assert/strict';
import { test } from 'node:test';
import { regressions, verdictOf, type Goal, type Line } from '../../bench/figure.js';
import { overRounds, median, percentile } from '../../bench/stats.js';
import { renderTable } from '../../bench/table.js';

test('percentiles by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual(
    [0, 0.5, 0.99, 1].map((p) => percentile(hundred, p)),
    [1, 50, 99, 100],
  );
  assert.equal(percentile([7], 0.99), 7);
  assert.throws(() => percentile([], 0.5), RangeError);
  assert.equal(overRounds([[1], [50], [2]], median), 2);
});

const line = (ours: number | null, floor: number | null, goal: Goal | null): Line => ({
  label: 'a figure',
  unit: 'ms',
  ours,
  floor,
  goal,
});

test('the verdict compares value, ratio or excess with the goal', () => {
  const ratio: Goal = { of: 'ratio', max: 2 };
  const value: Goal = { of: 'value', max: 2 };
  const cases: [Line, string][] = [
    [line(2, 1, ratio), 'ok'],
    [line(2.1, 1, ratio), 'missed'],
    [line(2, null, value), 'ok'],
    [line(4.1, null, value), 'missed'],
    [line(8, 2, { of: 'ratio', min: 4 }), 'ok'],
    [line(7, 2, { of: 'ratio', min: 4 }), 'missed'],
    [line(14, 10, { of: 'excess', max: 4 }), 'ok'],
    [line(14.1, 10, { of: 'excess', max: 4 }), 'missed'],
    [line(9, 1, null), ''],
    [line(null, null, value), ''],
  ];
  for (const [given, verdict] of cases) assert.equal(verdictOf(given), verdict);
});

test('a regression is a ratio more than twice as bad as it was', () => {
  const most: Goal = { of: 'ratio', max: 1 };
  const least: Goal = { of: 'ratio', min: 4 };
  const recorded = { 'a figure': 3 };
  assert.deepEqual(regressions([line(6, 1, most), line(1.5, 1, least)], recorded), []);
  assert.deepEqual(regressions([line(6.1, 1, most)], recorded), [
    'a figure: 6.10 x the floor, 3.00 x when it was recorded',
  ]);
  assert.equal(regressions([line(1.4, 1, least)], recorded).length, 1);
  assert.deepEqual(regressions([line(9, null, most)], recorded), [], 'not without a floor');
  assert.deepEqual(regressions([line(9, 1, most)], {}), [], 'nor what was never recorded');
});

test('the table shows ours, floor, ratio, goal and verdict, or that nothing was measured', () => {
  const text = renderTable([
    line(1.5, 0.5, { of: 'ratio', max: 2.5 }),
    line(null, null, { of: 'value', max: 1 }),
  ]);
  assert.match(text, /OURS +FLOOR +RATIO +GOAL\n/);
  assert.match(text, /a figure +1\.50 ms +0\.50 ms +3\.00 x +<= 2\.5 x +missed\n/);
  assert.match(text, /a figure +not measured on this system$/);
});
