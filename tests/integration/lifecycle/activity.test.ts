/** What is shown of what agents do at this moment. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idsOf } from '../../../scripts/mcp-client.js';
import { attachAgent, awake } from '../../support/agents.js';
import { dropSigned } from '../../support/files.js';
import { beginTurn, endTurn } from '../../support/hooks.js';
import { makeSandbox } from '../../support/sandbox.js';
import { daemonCommand } from './support.js';

test('list_agents and status tell busy and idle agents, and what waits for them', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const lineOfBen = async (): Promise<string | undefined> =>
    (await ann.call('list_agents')).text.split('\n').find((line) => line.startsWith('- ben: '));
  const rowOf = async (name: string): Promise<string> => {
    const { stdout } = await daemonCommand(sandbox, ['status']);
    return stdout.split('\n').find((line) => line.trim().startsWith(`${name} `)) ?? stdout;
  };
  assert.equal(await lineOfBen(), `- ben: online, in ${sandbox.work}, by channel (not confirmed)`);
  await beginTurn(sandbox, ben);
  assert.equal(await lineOfBen(), `- ben: busy, in ${sandbox.work}, by channel (not confirmed)`);
  assert.match(await rowOf('ben'), /^ +ben +busy +channel +- +0 +\d+ s +\S*work$/);
  assert.match(await rowOf('ann'), /^ +ann +online +channel +- +0 /);
  await endTurn(sandbox, ben);
  assert.equal(await lineOfBen(), `- ben: idle, in ${sandbox.work}, by channel (not confirmed)`);

  dropSigned(sandbox, 'ben', { from: 'ann', text: 'first' });
  const [id] = idsOf(await ben.waitForMessage('first'));
  assert.equal(
    await lineOfBen(),
    `- ben: idle, in ${sandbox.work}, by channel (not confirmed), 1 waiting`,
  );
  assert.match(await rowOf('ben'), /^ +ben +idle +channel +- +1 /);
  await ben.call('reply', { msg_id: id, text: 'seen' });
  assert.match(await rowOf('ben'), /^ +ben +idle +channel, confirmed +reply, \d+ s ago +0 /);
});
