/** The heartbeat files, which programs of the original read. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { heartbeatPath } from '../../../protocol/heartbeat.js';
import { attachAgent, nameOf } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { makeSandbox } from '../../support/sandbox.js';
import { daemonCommand, killDaemon, processGone } from './support.js';

type Beat = Record<string, unknown>;

test('a heartbeat has the form of the original, is refreshed, and says offline after a detach', async (t) => {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '50' });
  t.after(() => sandbox.cleanup());
  const read = (): Beat =>
    JSON.parse(readFileSync(heartbeatPath(sandbox.root, 'ann'), 'utf8')) as Beat;
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const first = read();
  assert.equal(first['agent'], 'ann');
  assert.equal(first['name'], 'ann');
  assert.equal(first['session_id'], ann.sessionId);
  assert.equal(first['parent_pid'], String(process.pid));
  assert.equal(first['status'], 'active');
  assert.equal(typeof first['context'], 'string');
  assert.equal(first['cwd'], sandbox.work);
  assert.equal(first['lane'], 'channel');
  for (const field of ['timestamp', 'heartbeat']) {
    assert.match(String(first[field]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  const later = await until(() => {
    const beat = read();
    return beat['timestamp'] === first['timestamp'] ? undefined : beat;
  }, 'newer heartbeat');
  assert.ok(String(later['timestamp']) > String(first['timestamp']));
  assert.equal(later['heartbeat'], later['timestamp']);
  assert.equal(later['status'], 'active');

  await ann.close();
  const last = await until(() => (read()['status'] === 'offline' ? read() : undefined), 'offline');
  assert.equal(last['session_id'], ann.sessionId);
  assert.equal(last['agent'], 'ann');
  assert.ok(String(last['timestamp']) >= String(later['timestamp']));
});

test('a session that is killed is offline at once', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const read = (): Beat =>
    JSON.parse(readFileSync(heartbeatPath(sandbox.root, 'ann'), 'utf8')) as Beat;
  const ann = await attachAgent(sandbox, { name: 'ann' });
  assert.equal(read()['status'], 'active');
  await ann.kill('SIGKILL');
  await until(() => read()['status'] === 'offline', 'offline');
});

test('all are offline after a stop, and active again after a kill and after a restart', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const names = ['ann', 'ben', 'col'];
  const agents = [];
  for (const name of names) agents.push(await attachAgent(sandbox, { name }));
  const statuses = (): string[] =>
    names.map((name) => {
      const beat = JSON.parse(readFileSync(heartbeatPath(sandbox.root, name), 'utf8')) as Beat;
      return String(beat['status']);
    });
  assert.deepEqual(statuses(), ['active', 'active', 'active']);
  await processGone(sandbox, killDaemon(sandbox));
  assert.deepEqual(statuses(), ['active', 'active', 'active'], 'the sessions live');
  assert.deepEqual(await Promise.all(agents.map(nameOf)), names);
  assert.equal((await daemonCommand(sandbox, ['restart'])).code, 0);
  assert.deepEqual(await Promise.all(agents.map(nameOf)), names);
  assert.deepEqual(statuses(), ['active', 'active', 'active']);
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
  assert.deepEqual(statuses(), ['offline', 'offline', 'offline']);
});
