import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCalls } from './fault.js';

test('a call that is being noted is read when it is whole', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'cc2cc-calls-'));
  t.after(() => {
    rmSync(dir, { recursive: true });
  });
  const log = join(dir, 'calls');
  assert.deepEqual(readCalls(log), []);
  const [one, two] = [1, 2].map((n) => `${JSON.stringify({ n, name: 'open', pid: 7 })}\n`) as [
    string,
    string,
  ];
  writeFileSync(log, one + two.slice(0, 11));
  assert.deepEqual(
    readCalls(log).map(({ n }) => n),
    [1],
  );
  appendFileSync(log, two.slice(11));
  assert.deepEqual(
    readCalls(log).map(({ n }) => n),
    [1, 2],
  );
});
