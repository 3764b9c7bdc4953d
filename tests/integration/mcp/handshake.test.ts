/** What a client sees of the MCP server before the model does anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOOLS } from '../../../daemon/mcp/tools/index.js';
import { RpcError } from '../../../scripts/mcp-client.js';
import { startShim } from '../../support/agents.js';
import { makeSandbox } from '../../support/sandbox.js';

test('a discovery probe before the handshake is refused at once, and the handshake follows', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const client = startShim(sandbox, { name: 'ann' });
  // Claude Code asks this first; no answer would cost each start three seconds.
  await assert.rejects(client.request('server/discover'), (error: unknown) => {
    assert.ok(error instanceof RpcError);
    assert.equal(error.code, -32601);
    return true;
  });
  const { server, tools } = await client.initialize();
  assert.equal(server['protocolVersion'], '2025-11-25');
  assert.match(String(server['instructions']), /You are the agent "ann"/);
  const capabilities = server['capabilities'] as Record<string, Record<string, unknown>>;
  assert.deepEqual(capabilities['experimental'], { 'claude/channel': {} });
  assert.equal(tools.length, TOOLS.length);
});

test('nothing is pushed before the client has answered the pings behind the tool list', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const client = startShim(sandbox, { name: 'ben' });
  client.answering = false;
  await client.initialize();
  await client.call('list_agents'); // what had been pushed would have come before this answer
  assert.deepEqual(
    client.serverRequests.map(({ method }) => method),
    ['ping'],
  );
  assert.deepEqual(client.channel, []);
  client.answering = true;
  const [ping] = client.serverRequests;
  client.sendLine(JSON.stringify({ jsonrpc: '2.0', id: ping?.id, result: {} }));
  const first = await client.waitForMessage('You are "ben"');
  assert.equal(first.meta['event'], 'attached');
  assert.equal(client.serverRequests.length, 2);
});
