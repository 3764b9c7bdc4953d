import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
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
