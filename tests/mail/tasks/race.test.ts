/** Several processes want the same tasks at the same moment. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { taskFolder } from '../../../mail/tasks/paths.js';
import { TaskStore } from '../../../mail/tasks/store.js';
import { tempFolder } from '../../protocol/support/temp-folder.js';
import { submit } from './support/scene.js';

const ROUNDS = 400;
const SCRIPT = fileURLToPath(new URL('support/contend-tasks.js', import.meta.url));

interface Racer {
  /** Lets it run; the ids that it won. */
  go: () => Promise<string[]>;
}

async function racer(t: TestContext, args: readonly string[]): Promise<Racer> {
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'ready');
  return {
    go: async () => {
      const ended = once(child, 'exit');
      child.stdin.write('go\n');
      const { value } = await lines.next();
      await ended;
      return JSON.parse(String(value)) as string[];
    },
  };
}

async function race(
  t: TestContext,
  agents: [name: string, state: string][],
  links = '',
): Promise<void> {
  const root = tempFolder(t);
  const store = new TaskStore(root);
  const names = agents.map(([name]) => name);
  const submitted = Array.from({ length: ROUNDS }, () => submit(store, names));
  await Promise.all(submitted.map(({ durable }) => durable));
  const racers = await Promise.all(
    agents.map(([name, state]) => racer(t, [root, name, state, links])),
  );
  const won = await Promise.all(racers.map(({ go }) => go()));
  // Each task is one agent's, and it is whom the files name.
  assert.equal(won.flat().length, ROUNDS);
  assert.equal(new Set(won.flat()).size, ROUNDS);
  for (const [nth, ids] of won.entries()) {
    for (const id of ids) assert.equal(store.read(id)?.assignee, names[nth]);
  }
  for (const { task } of submitted) {
    // No number was used up in vain, and nothing is left of the attempts.
    assert.deepEqual(readdirSync(taskFolder(root, task.id)).sort(), ['1.json', '2.json']);
  }
}

test('of two agents that accept at once exactly one gets each of 400 tasks', async (t) => {
  await race(t, [
    ['ben', 'accepted'],
    ['cleo', 'accepted'],
  ]);
});

test('of four that accept, work on, complete and fail at once exactly one gets each', async (t) => {
  await race(t, [
    ['ben', 'accepted'],
    ['cleo', 'working'],
    ['dave', 'completed'],
    ['eve', 'failed'],
  ]);
});

test('the same on a file system without hard links', async (t) => {
  await race(
    t,
    [
      ['ben', 'accepted'],
      ['cleo', 'accepted'],
    ],
    'nolinks',
  );
});
