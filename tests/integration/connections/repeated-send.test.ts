import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionFacts } from '../../../protocol/hello.js';
import { attachAgent } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { listInbox } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { goodHello, RawConnection, sessionFacts } from './support.js';

const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'ann', version: '1' },
};

/** What a shim does that lost the connection before the answer came; the answer as JSON. */
async function sendOver(sandbox: Sandbox, facts: SessionFacts, at: number): Promise<string> {
  const raw = await RawConnection.open(sandbox);
  await raw.greet(goodHello(sandbox, facts));
  raw.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: INITIALIZE });
  raw.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const args = { to: 'ben', text: 'once' };
  const params = { name: 'send', arguments: args, _meta: { 'cc2cc/at': [at, 0] } };
  raw.send({ jsonrpc: '2.0', id: 7, method: 'tools/call', params });
  const { result } = await raw.line(({ id }) => id === 7, 'answer to the call');
  raw.socket.destroy();
  return JSON.stringify(result);
}

for (const [limit, value] of [
  ['CC2CC_MAX_INBOX', '1'],
  ['CC2CC_RATE', '0.001'],
  ['CC2CC_REPEAT_SECONDS', '60'],
] as const) {
  test(`a call that was carried out is not refused when it comes again: ${limit}`, async (t) => {
    const sandbox = makeSandbox({ [limit]: value });
    t.after(() => sandbox.cleanup());
    await startDaemon(sandbox);
    await (await attachAgent(sandbox, { name: 'ben', lanes: 'tool' })).close();
    const facts = sessionFacts('ann');
    const at = Date.now();
    for (let time = 0; time < 40; time += 1) {
      assert.match(await sendOver(sandbox, facts, at), /"Accepted msg-/);
    }
    assert.equal(listInbox(sandbox, 'ben').length, 1);
    // A call of its own is.
    assert.match(await sendOver(sandbox, facts, at + 1), /isError/);
  });
}
