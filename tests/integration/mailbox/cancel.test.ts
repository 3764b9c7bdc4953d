import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecord } from '../../../protocol/json.js';
import { startShim } from '../../support/agents.js';
import { signal, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone, listRejected } from '../../support/files.js';
import { killDaemon, processGone } from '../lifecycle/support.js';
import { drainInbox, idsIn, sandboxFor } from './support/inbox.js';

const ROUNDS = 30;

/** Of the messages on an answer that nobody waits for any more. */
const idsOn = (answer: unknown): string[] =>
  isRecord(answer) && isRecord(answer['result']) ? idsIn({ result: answer['result'] }) : [];

test('a check_inbox that is cancelled loses nothing', async (t) => {
  const sandbox = sandboxFor(t);
  const ben = startShim(sandbox, { name: 'ben', lanes: 'tool' });
  await ben.initialize();
  const dropped: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    dropped.push(dropMessage(sandbox, 'ben', { text: `number ${round}` }));
    const id = `cancelled-${round}`;
    const params = { name: 'check_inbox', arguments: {} };
    ben.sendLine(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }));
    // In one piece with the request, right behind it, and after the next answer has come.
    if (round % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
    if (round % 3 === 2) await ben.request('ping');
    ben.notify('notifications/cancelled', { requestId: id });
    await ben.request('ping');
  }
  // Answers that were faster than their cancelling did arrive: what they hold was seen.
  const got = ben.stray.flatMap(idsOn);
  got.push(...(await drainInbox(ben)));
  assert.deepEqual(got.sort(), dropped.sort());
  await until(() => listDone(sandbox, 'ben').length === ROUNDS, 'all in done/');
  assert.deepEqual(listRejected(sandbox), []);
});

test('a result that came too late for its request counts as unseen, also when its daemon is dead', async (t) => {
  const sandbox = sandboxFor(t);
  await startDaemon(sandbox);
  const ben = startShim(sandbox, { name: 'ben', lanes: 'tool' });
  await ben.initialize();
  const params = { name: 'wait_for_message', arguments: { timeout_s: 60 } };
  ben.sendLine(JSON.stringify({ jsonrpc: '2.0', id: 'given-up', method: 'tools/call', params }));
  await ben.request('ping'); // the daemon has the call
  // The shim finds all at once: first that the request is given up, then its result, then the end.
  signal(ben.pid!, 'SIGSTOP');
  ben.notify('notifications/cancelled', { requestId: 'given-up' });
  const id = dropMessage(sandbox, 'ben', { text: 'too late' });
  await until(() => listDone(sandbox, 'ben').length === 1, 'message that counts as seen');
  await processGone(sandbox, killDaemon(sandbox));
  signal(ben.pid!, 'SIGCONT');
  const later = idsIn(await ben.call('check_inbox'));
  // Where the result came first, the client has it, too late for what it asked.
  assert.deepEqual([...ben.stray.flatMap(idsOn), ...later], [id]);
});
