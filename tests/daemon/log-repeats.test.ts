import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLog } from '../../daemon/log.js';
import { repeatFilter } from '../../daemon/log-repeats.js';
import { storeError } from '../../protocol/errors.js';

const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });

test('trouble that lasts is five lines, then one a minute that counts those left out', () => {
  let now = 0;
  const ask = repeatFilter(() => now);
  const lines: number[] = [];
  for (; now < 10 * 60_000; now += 100) {
    const leftOut = ask([{ err: full, name: `agent-${now}` }, 'cannot write a heartbeat']);
    if (leftOut !== undefined) lines.push(leftOut);
  }
  assert.equal(lines.length, 5 + 9);
  assert.deepEqual(lines.slice(0, 5), [0, 0, 0, 0, 0]);
  assert.ok(Math.abs(lines.reduce((sum, n) => sum + n, lines.length) - 6000) < 600, 'none is lost');
});

test('another trouble, and what is no trouble, is not left out', () => {
  const ask = repeatFilter(() => 0);
  for (let i = 0; i < 50; i += 1) ask([{ err: full }, 'cannot write a heartbeat']);
  assert.equal(ask([{ err: full }, 'cannot write a heartbeat']), undefined);
  assert.equal(ask([{ err: full }, 'cannot write an agent card']), 0);
  const other = storeError('write', '/x', Object.assign(new Error('x'), { code: 'EIO' }));
  assert.equal(ask([{ err: other }, 'cannot write a heartbeat']), 0);
  for (let i = 0; i < 50; i += 1) {
    assert.equal(ask([{ name: 'ann' }, 'attached']), 0);
    assert.equal(ask(['started']), 0);
  }
});

test('in the log a thousand lines of one trouble are five', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'c2-log-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'log');
  const { log } = openLog(path, { logLevel: 'info', logBytes: 1e6 });
  for (let i = 0; i < 1000; i += 1) log.error({ err: full, i }, 'cannot write a heartbeat');
  for (let i = 0; i < 100; i += 1) log.info({ i }, 'attached');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  assert.equal(lines.length, 105);
});
