import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecord } from '../../../protocol/json.js';
import { startShim } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone, listRejected } from '../../support/files.js';
import { drainInbox, idsIn, sandboxFor } from './support/inbox.js';

const ROUNDS = 30;

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
  const got = ben.stray.flatMap((answer) =>
    isRecord(answer) && isRecord(answer['result']) ? idsIn({ result: answer['result'] }) : [],
  );
  got.push(...(await drainInbox(ben)));
  assert.deepEqual(got.sort(), dropped.sort());
  await until(() => listDone(sandbox, 'ben').length === ROUNDS, 'all in done/');
  assert.deepEqual(listRejected(sandbox), []);
});
