import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachAgent, awake } from './agents.js';
import { daemonPid, daemonPids, startDaemon } from './daemon.js';
import { until } from './events.js';
import { dropMessage, listDone } from './files.js';
import { makeSandbox } from './sandbox.js';

test('agents attach through real shims to a daemon of their own, and cleanup ends it all', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const [otter, owl] = [
    await attachAgent(sandbox, { name: 'busy-otter' }),
    await attachAgent(sandbox, { name: 'calm-owl', lanes: 'tool' }),
  ];
  assert.deepEqual([otter.name, owl.name], ['busy-otter', 'calm-owl']);
  await awake(otter);
  const pid = daemonPid(sandbox);
  assert.deepEqual(daemonPids(sandbox), [pid]);

  await owl.call('send', { to: otter.name, text: 'a word' });
  const push = await otter.waitForMessage('a word');
  assert.equal(push.meta['from'], owl.name);
  const id = dropMessage(sandbox, owl.name, { text: 'by hand' });
  assert.match((await owl.call('check_inbox')).text, /by hand/);
  await until(() => listDone(sandbox, owl.name).includes(`${id}.json`), 'message in done/');

  await sandbox.cleanup();
  assert.deepEqual(daemonPids(sandbox), []);
  assert.deepEqual([otter.stray, owl.stray], [[], []]);
});

test('a daemon in the foreground is found by the agents', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const daemon = await startDaemon(sandbox);
  await attachAgent(sandbox);
  assert.deepEqual(daemonPids(sandbox), [daemon.pid]);
  await assert.rejects(startDaemon(sandbox), /No daemon: .*exit code/);
});
