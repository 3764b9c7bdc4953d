/** The clock of the machine jumps while everything runs: nothing is lost, doubled or out of order. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { assertHistory } from '../../history/check.js';
import { History } from '../../history/history.js';
import { recordAgent, type RecordedAgent } from '../../history/record-agent.js';
import { recordCommand } from '../../history/record-command.js';
import { attachAgent, nameOf } from '../../support/agents.js';
import { daemonPids, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { listDone, listInbox } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { clockFor, type Clock } from './clock.js';

const HOUR = 3_600_000;
const JUMPS: readonly [string, number][] = [
  ['an hour ahead', HOUR + 60_000],
  ['an hour back', -HOUR],
  ['a day ahead', 24 * HOUR],
  ['a day back', -24 * HOUR],
];

interface Scene {
  sandbox: Sandbox;
  clock: Clock;
  history: History;
  ann: RecordedAgent;
  ben: RecordedAgent;
}

async function scene(t: TestContext, ttl: number): Promise<Scene> {
  const often = { CC2CC_ROUND_MS: '50', CC2CC_SWEEP_MS: '100' };
  const sandbox = makeSandbox({ ...often, CC2CC_RATE: '60', CC2CC_TTL: String(ttl) });
  t.after(() => sandbox.cleanup());
  const clock = clockFor(sandbox);
  await startDaemon(sandbox, clock.env);
  const history = new History();
  const session = async (name: string): Promise<RecordedAgent> =>
    recordAgent(history, name, await attachAgent(sandbox, { name, lanes: 'tool', env: clock.env }));
  return { sandbox, clock, history, ann: await session('ann'), ben: await session('ben') };
}

/** Some rounds pass. */
async function rounds(ben: RecordedAgent): Promise<void> {
  for (let i = 0; i < 10; i += 1) {
    await ben.client.request('ping');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

for (const [what, jump] of JUMPS) {
  test(`a clock that jumps ${what} and back again`, async (t) => {
    const { sandbox, clock, history, ann, ben } = await scene(t, 10 * 24 * 3600);
    const pids = daemonPids(sandbox);
    let n = 0;
    const send = async (): Promise<void> => {
      n += 1;
      const sent = await ann.send('ben', `number ${n}`);
      assert.equal(sent.outcome, 'accepted', sent.text);
    };
    for (const offset of [jump, 0, jump]) {
      for (let i = 0; i < 3; i += 1) await send();
      clock.set(offset);
      await rounds(ben);
      for (let i = 0; i < 3; i += 1) await send();
    }
    // Who comes now is let in, and the name of who is there is still taken.
    const late = await attachAgent(sandbox, { name: 'ann', env: clock.env });
    assert.equal(await nameOf(late), 'ann-2');
    const command = await recordCommand(history, sandbox, 'eve', ['send', 'ben', 'by command'], {
      env: clock.env,
    });
    assert.equal(command.code, 0, command.stderr);
    assert.equal(await nameOf(ann.client), 'ann', 'sessions stay attached');
    assert.match((await ann.call('list_agents')).text, /ben: (?:online|idle|busy)/);
    await ben.call('check_inbox');
    clock.set(0);
    await rounds(ben);
    await send();
    await ben.call('check_inbox');
    assert.deepEqual(daemonPids(sandbox), pids);
    await until(() => listInbox(sandbox, 'ben').length === 0, 'the last one in done/');
    assert.equal(listDone(sandbox, 'ben').length, n + 1);
    assert.deepEqual([ann.client.stray, ben.client.stray], [[], []]);
    await sandbox.end();
    assertHistory(history, sandbox.root);
  });
}

test('a message whose time a jump takes away is not lost in silence: its sender is told', async (t) => {
  const { sandbox, clock, ann, ben } = await scene(t, 3600);
  await ben.close();
  const sent = await ann.send('ben', 'for an hour');
  assert.equal(sent.outcome, 'accepted');
  clock.set(HOUR + 60_000);
  const told = await until(async () => {
    const { text } = await ann.call('check_inbox');
    return text.includes('expired without a sign that it was seen') && text;
  }, 'word that it has expired');
  assert.ok(told.includes(sent.ids[0] ?? '?'));
  await until(() => listDone(sandbox, 'ben').includes(`${sent.ids[0]}.json`), 'it in done/');
});
