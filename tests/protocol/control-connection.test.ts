import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ControlConnection } from '../../protocol/control-connection.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { FakeDaemon } from '../shim/support/fake-daemon.js';
import { makeHome } from '../shim/support/home.js';

const hangsUp = (error: unknown): boolean =>
  error instanceof Cc2ccError && error.code === 'E_NO_DAEMON' && error.message.includes('hung up');

test('several calls, answered in another order', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const connection = await ControlConnection.open(home.paths);
  const peer = await daemon.peer();
  const first = connection.call('hook_wait', {});
  const second = connection.call('hook_shown', { receipt: 'r' });
  const [a, b] = [await peer.request('hook_wait'), await peer.request('hook_shown')];
  peer.send({ id: 99, result: {} });
  peer.send({ id: b['id'], result: { second: true } });
  assert.deepEqual(await second, { second: true });
  peer.send({ id: a['id'], result: { text: null } });
  assert.deepEqual(await first, { text: null });
  connection.close();
  await peer.closed;
  await assert.rejects(connection.call('status', {}), hangsUp);
});

test('an error is the error of its call, with code and hint', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const connection = await ControlConnection.open(home.paths);
  const peer = await daemon.peer();
  const asked = connection.call('stop', { mode: 'stop' });
  const { id } = await peer.request('stop');
  const data = { code: 'E_USAGE', message: 'no', hint: 'Ask again.' };
  peer.send({ id, error: { code: -32000, message: 'no', data } });
  await assert.rejects(asked, (error) => {
    assert.ok(error instanceof Cc2ccError);
    assert.deepEqual([error.code, error.message, error.hint], ['E_USAGE', 'no', 'Ask again.']);
    return true;
  });
  connection.close();
});

test('what a daemon of another version does not know comes with advice', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const connection = await ControlConnection.open(home.paths);
  const peer = await daemon.peer();
  const asked = connection.call('audience', { from: 'ann', includeAway: false });
  const { id } = await peer.request('audience');
  const data = { code: 'E_PROTOCOL', message: 'No control method "audience".' };
  peer.send({ id, error: { code: -32000, message: data.message, data } });
  await assert.rejects(asked, { code: 'E_PROTOCOL', hint: /cc2cc-daemon restart/ });
  connection.close();
});

for (const [title, bytes] of [
  ['hangs up', ''],
  ['says nonsense', 'nonsense\n'],
] as const) {
  test(`a daemon that ${title} fails all calls without an answer`, async (t) => {
    const home = makeHome(t);
    const daemon = await FakeDaemon.start(t, home);
    const connection = await ControlConnection.open(home.paths);
    const peer = await daemon.peer();
    const calls = [connection.call('status', {}), connection.call('hook_wait', {})];
    await peer.request('hook_wait');
    if (bytes === '') peer.socket.end();
    else peer.socket.write(bytes);
    for (const call of calls) await assert.rejects(call, hangsUp);
  });
}
