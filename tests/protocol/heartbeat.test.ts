import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { heartbeatPath, isFresh, readHeartbeat } from '../../protocol/heartbeat.js';
import { tempFolder } from './support/temp-folder.js';

const TIMESTAMP = '2026-11-21T03:15:07.853Z';

test('what an original server leaves after an unclean exit can be read', (t) => {
  const root = tempFolder(t);
  const path = heartbeatPath(root, 'old-bear');
  mkdirSync(dirname(path), { recursive: true });
  const left = {
    agent: 'old-bear',
    timestamp: TIMESTAMP,
    session_id: 'none',
    parent_pid: 4711,
    status: 'offline',
    context: 'process exit',
  };
  writeFileSync(path, JSON.stringify(left));
  const heartbeat = readHeartbeat(root, 'old-bear');
  assert.deepEqual(heartbeat, { ...left, parent_pid: '4711' });
  assert.equal(isFresh(heartbeat, Date.parse(TIMESTAMP)), false);
});

test('what is no heartbeat is none', (t) => {
  const root = tempFolder(t);
  const path = heartbeatPath(root, 'old-bear');
  mkdirSync(dirname(path), { recursive: true });
  for (const content of [
    '',
    '{',
    '[]',
    'null',
    '{"agent":"Old Bear","timestamp":"x","status":"active"}',
    `{"agent":"old-bear","timestamp":"${TIMESTAMP}","status":"active","parent_pid":{}}`,
  ]) {
    writeFileSync(path, content);
    assert.equal(readHeartbeat(root, 'old-bear'), undefined, content);
  }
});

test('one that is being written is read when that is done', (t) => {
  const root = tempFolder(t);
  const path = heartbeatPath(root, 'old-bear');
  mkdirSync(dirname(path), { recursive: true });
  const whole = JSON.stringify({ agent: 'old-bear', timestamp: TIMESTAMP, status: 'active' });
  // An original server is interrupted: its file is empty, then half there, then whole.
  const rest = [whole.slice(0, 20), whole];
  const wait = t.mock.method(Atomics, 'wait', () => {
    writeFileSync(path, rest.shift() ?? '');
    return 'timed-out' as const;
  });
  writeFileSync(path, '');
  assert.equal(readHeartbeat(root, 'old-bear')?.status, 'active');
  assert.equal(wait.mock.callCount(), 2);
  // Who was killed while it wrote does not come back to it.
  writeFileSync(path, '{');
  utimesSync(path, new Date(), new Date(Date.now() - 5_000));
  assert.equal(readHeartbeat(root, 'old-bear'), undefined);
  assert.equal(wait.mock.callCount(), 2);
});
