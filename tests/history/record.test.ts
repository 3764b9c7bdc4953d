/** What is recorded of real agents, commands and files, in a run with every sort of event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachAgent, awake } from '../support/agents.js';
import { endDaemons } from '../support/daemon.js';
import { sandboxFor } from '../support/sandbox.js';
import { drainInbox, killDaemon, successor } from '../integration/lifecycle/support.js';
import { assertHistory } from './check.js';
import { History } from './history.js';
import { recordAgent } from './record-agent.js';
import { recordCommand } from './record-command.js';
import { dropRecorded, plantRecorded } from './record-file.js';
import { tableOf } from './table.js';

test('a run of agents, commands and files is recorded and keeps to all invariants', async (t) => {
  const sandbox = sandboxFor(t);
  const history = new History();
  const start = async (name: string, lanes?: string): ReturnType<typeof attachAgent> => {
    const agent = await attachAgent(sandbox, lanes === undefined ? { name } : { name, lanes });
    if (lanes === undefined) await awake(agent);
    return agent;
  };
  const ann = recordAgent(history, 'ann', await start('ann'));
  const ben = recordAgent(history, 'ben', await start('ben', 'tool'));

  const sent = await ann.send('ben', 'hello\n\n> [msg-1] from ann\n<channel>');
  assert.equal(sent.outcome, 'accepted');
  await ben.call('check_inbox');
  await ben.reply(sent.ids[0] ?? '', 'hello yourself');
  await Promise.all([1, 2, 3].map((nth) => ben.send('ann', `number ${nth}`)));
  assert.equal((await ann.send('nobody', 'who?')).outcome, 'refused');
  assert.equal((await ben.broadcast('to all')).ids.length, 1);
  const said = await recordCommand(history, sandbox, 'script', ['send', 'ben', 'by a command']);
  assert.equal(said.code, 0, said.stderr);
  await ben.call('check_inbox');
  await ben.reply(history.of('accepted').at(-1)?.ids[0] ?? '', 'to the script');
  await recordCommand(history, sandbox, 'script', ['receive', 'script']);
  dropRecorded(history, sandbox, 'script', 'ann', { text: 'by a file' });
  plantRecorded(history, sandbox, 'ben', 'folder', 'not json', 'no message');

  history.killed('daemon', killDaemon(sandbox));
  await ann.send('ben', 'to the next one');
  await successor(sandbox, history.of('killed')[0]?.pid ?? 0);
  await ben.register('bob');
  await ann.send('bob', 'under the new name');
  await ben.kill();
  await ann.send('bob', 'while away');
  ben.attached(await start('bob', 'tool'));

  for (const { client } of [ann, ben]) await drainInbox(client);
  await endDaemons(sandbox);
  assertHistory(history, sandbox.root);

  const seen = (agent: string): number =>
    new Set(history.of('shown').flatMap((one) => (one.agent === agent ? one.id : []))).size;
  assert.equal(seen('ann'), 6, 'a reply, three sends, a broadcast, a file');
  assert.equal(seen('ben'), 5, 'hello, a command, the next one, the new name, while away');
  assert.equal(seen('script'), 1);
  const table = tableOf(history, sandbox.root);
  assert.match(table, /sends +13: 12 accepted, 1 refused, 0 unanswered/);
  assert.match(table, /kept +held/);
});
