/** What agents say that they are doing: who sees it, and what it outlives. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { heartbeatPath } from '../../../protocol/heartbeat.js';
import { rootPaths } from '../../../protocol/paths.js';
import { attachAgent, nameOf, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { daemonCommand, killDaemon, statusOf, successor } from './support.js';

const SUMMARY = 'mends the login';

async function two(t: TestContext): Promise<[Sandbox, Agent, Agent]> {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  const { text, isError } = await ben.call('set_summary', { text: ` ${SUMMARY}\n` });
  assert.deepEqual([text, isError], [`Others see of you: ${SUMMARY}`, false]);
  return [sandbox, ann, ben];
}

/** The line about an agent in list_agents, but for its lane. */
async function lineOf(viewer: Agent, name: string): Promise<string> {
  const { text } = await viewer.call('list_agents');
  const line = text.split('\n').find((part) => part.startsWith(`- ${name}: `)) ?? '';
  return line.replace(/, by channel \(.*?\)/, '');
}

function onDisk({ root }: Sandbox, name: string): (string | undefined)[] {
  const files = [join(rootPaths(root).agents, `${name}.json`), heartbeatPath(root, name)];
  return files.map(
    (file) => (JSON.parse(readFileSync(file, 'utf8')) as { summary?: string }).summary,
  );
}

test('a summary is shown to others, to oneself and in the status, until it is cleared', async (t) => {
  const [sandbox, ann, ben] = await two(t);
  assert.equal(await lineOf(ann, 'ben'), `- ben: online, in ${sandbox.work}: ${SUMMARY}`);
  assert.match((await ben.call('whoami')).text, new RegExp(`\nOthers see of you: ${SUMMARY}\n`));
  const { agents } = await statusOf(sandbox);
  assert.equal(agents.find(({ name }) => name === 'ben')?.summary, SUMMARY);
  assert.deepEqual(onDisk(sandbox, 'ben'), [SUMMARY, SUMMARY]);

  assert.equal((await ben.call('set_summary', { text: ' ' })).text, 'You have no summary now.');
  assert.equal(await lineOf(ann, 'ben'), `- ben: online, in ${sandbox.work}`);
  assert.doesNotMatch((await ben.call('whoami')).text, /Others see of you/);
  assert.deepEqual(onDisk(sandbox, 'ben'), [undefined, undefined]);
});

test('it outlives a killed daemon and a restart, and stays while its agent is away', async (t) => {
  const [sandbox, ann, ben] = await two(t);
  for (const replace of [
    () => successor(sandbox, killDaemon(sandbox)),
    () => daemonCommand(sandbox, ['restart']),
  ]) {
    await replace();
    assert.equal(await nameOf(ben), 'ben');
    assert.equal(await lineOf(ann, 'ben'), `- ben: online, in ${sandbox.work}: ${SUMMARY}`);
    assert.deepEqual(onDisk(sandbox, 'ben'), [SUMMARY, SUMMARY]);
  }
  await ben.close();
  const away = await until(async () => {
    const line = await lineOf(ann, 'ben');
    return line.includes(': away') && line;
  }, 'ben away');
  const seen = new RegExp(
    `^- ben: away, last seen \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC, in ${sandbox.work}: ${SUMMARY}$`,
  );
  assert.match(away, seen);
});

test('a resumed session has it again, another one that takes the name has not', async (t) => {
  const [sandbox, ann, ben] = await two(t);
  await ben.close();
  const resumed = await attachAgent(sandbox, { sessionId: ben.sessionId });
  assert.equal(resumed.name, 'ben');
  assert.match(await lineOf(ann, 'ben'), new RegExp(`: ${SUMMARY}$`));
  await resumed.close();
  const other = await attachAgent(sandbox, { name: 'ben' });
  assert.equal(other.name, 'ben');
  assert.equal(await lineOf(ann, 'ben'), `- ben: online, in ${sandbox.work}`);
  await other.call('set_summary', { text: 'other words' });
  await other.close();
  const third = await attachAgent(sandbox, { sessionId: ben.sessionId });
  assert.equal(third.name, 'ben');
  assert.equal(await lineOf(ann, 'ben'), `- ben: online, in ${sandbox.work}`, 'nor those words');
});

test('it moves along to another name, and nobody else gets it', async (t) => {
  const [sandbox, ann, ben] = await two(t);
  await ben.call('register', { name: 'backend' });
  assert.match(await lineOf(ann, 'backend'), new RegExp(`: ${SUMMARY}$`));
  assert.deepEqual(onDisk(sandbox, 'backend'), [SUMMARY, SUMMARY]);
  await successor(sandbox, killDaemon(sandbox));
  assert.equal(await nameOf(ben), 'backend');
  assert.match(await lineOf(ann, 'backend'), new RegExp(`: ${SUMMARY}$`));
  // Who takes over a name with its mail keeps its own words.
  const col = await attachAgent(sandbox, { name: 'col' });
  await ben.close();
  await until(async () => (await lineOf(ann, 'backend')).includes(': away'), 'backend away');
  await col.call('register', { name: 'backend' });
  assert.equal(await lineOf(ann, 'backend'), `- backend: online, in ${sandbox.work}`);
});
