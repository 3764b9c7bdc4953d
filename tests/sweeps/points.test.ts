import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Points } from './support/points.js';

test('the points of all scenes are added up, each once, by the kind of sweep', () => {
  const points = new Points();
  points.add('crash sweep: deliver by command, on a fresh root: 27 points tried, 0 violations\n');
  points.add(
    'crash sweep: in all: 27 points tried, 0 violations\n' +
      'fault sweep: a shim: 5 points tried, 2 violations\nelsewhere: 3 points tried, 1 violations',
  );
  points.add('crash sweep: restart: 3 of 9 points tried (1 of them came too late), 1 violations');
  assert.deepEqual(points.lines(), [
    'crash sweep: 30 points tried in all, 1 violations',
    'fault sweep: 5 points tried in all, 2 violations',
  ]);
});
