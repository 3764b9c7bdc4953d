import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { idsOf, McpClient, RpcError } from '../../scripts/mcp-client.js';

const FAKE = fileURLToPath(new URL('fake-server.js', import.meta.url));

function start(t: TestContext, command = process.execPath): McpClient {
  const client = McpClient.start({ command, args: [FAKE], env: { ...process.env } });
  t.after(() => client.kill('SIGKILL'));
  return client;
}

test('initialize shakes hands and lists the tools', async (t) => {
  const client = start(t);
  const { server, tools } = await client.initialize({ clientInfo: { name: 'x', version: '1' } });
  assert.deepEqual(
    tools.map((tool) => tool['name']),
    ['echo'],
  );
  const echo = server['echo'] as Record<string, unknown>;
  assert.equal(echo['protocolVersion'], '2025-11-25');
  assert.deepEqual(echo['clientInfo'], { name: 'x', version: '1' });
  await client.waitFor(({ method }) => method === 'notifications/seen', 'sign of initialized');
  assert.equal(client.lines.length, 3);
  assert.deepEqual(client.stray, []);
});

test('a tool call gives text and says whether it failed', async (t) => {
  const client = start(t);
  const good = await client.call('echo', { a: 1 });
  assert.deepEqual(
    [JSON.parse(good.text), good.isError],
    [{ name: 'echo', arguments: { a: 1 } }, false],
  );
  assert.equal((await client.call('fail')).isError, true);
});

test('pushes are recorded, and found whether they came before or after the wait', async (t) => {
  const client = start(t);
  const future = client.waitForMessage('second');
  await client.request('push', { content: 'the first', meta: { msg_id: 'msg-1' } });
  await client.request('push', { content: 'the second', meta: { msg_ids: 'msg-2,msg-3' } });
  assert.deepEqual(idsOf(await future), ['msg-2', 'msg-3']);
  assert.equal((await client.waitForMessage('first')).meta['msg_id'], 'msg-1');
  assert.equal(client.channel.length, 2);
  assert.equal(client.notifications.length, 2);
});

test('a wait in vain says for what, and what came last', async (t) => {
  const client = start(t);
  await client.request('push', { content: 'something else', meta: {} });
  await assert.rejects(client.waitForMessage('gold', 30), /"gold".*30 ms.*something else/s);
  await assert.rejects(client.request('no such method', {}, { timeoutMs: 30 }), /no such.*30 ms/s);
});

test('an error answer is an RpcError with code and data', async (t) => {
  await assert.rejects(start(t).request('refuse'), (error) => {
    assert.ok(error instanceof RpcError);
    assert.match(error.message, /refuse: not today/);
    assert.deepEqual([error.code, error.data], [-32000, { hint: 'tomorrow' }]);
    return true;
  });
});

test('a second answer and babble are kept as stray', async (t) => {
  const client = start(t);
  await client.request('twice');
  await client.request('babble');
  assert.deepEqual(client.stray, [
    { jsonrpc: '2.0', id: 1, result: { first: false } },
    'this is no JSON',
  ]);
});

test('requests of the server are answered unless told otherwise', async (t) => {
  const client = start(t);
  await client.request('ask');
  const { params } = await client.waitFor(({ method }) => method.endsWith('answered'), 'answer');
  assert.deepEqual(params, { jsonrpc: '2.0', id: 'from-server', result: {} });
  client.answering = false;
  await client.request('ask');
  await client.request('tools/list');
  assert.equal(client.serverRequests.length, 2);
  assert.equal(client.notifications.length, 1);
});

test('when the child dies, everything pending fails with the reason', async (t) => {
  const client = start(t);
  const waits = [
    client.request('complain'),
    client.waitForMessage('x'),
    client.waitForLine('y', 5000),
  ];
  assert.deepEqual(await client.exited, { code: 3, signal: null });
  for (const wait of waits) await assert.rejects(wait, /exit code 3/);
  await assert.rejects(client.request('tools/list'), /exit code 3.*something is wrong/s);
  await assert.rejects(client.waitForMessage('z'), /exit code 3/);
});

test('a command that does not exist fails the requests and ends', async (t) => {
  const client = start(t, '/does/not/exist');
  const asked = client.request('initialize');
  assert.deepEqual(await client.exited, { code: null, signal: null });
  await assert.rejects(asked, /could not be started.*ENOENT/);
});

test('close ends stdin and waits; a child that stays is killed and told', async (t) => {
  const good = start(t);
  await good.initialize();
  assert.deepEqual(await good.close(), { code: 0, signal: null });
  const bad = start(t);
  await bad.request('stay');
  await assert.rejects(bad.close(100), /did not end within 100 ms/);
  assert.equal((await bad.exited).signal, 'SIGKILL');
});
