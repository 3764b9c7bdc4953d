/** What holds for every command: on any screen, in any pipe, with and without a daemon, misused. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { newMessageId } from '../../../protocol/ids.js';
import { COMMANDS } from '../../../scripts/commands/index.js';
import { cli, cliOnTerminal, hasTerminal, shell } from '../../support/cli.js';
import { startDaemon } from '../../support/daemon.js';
import { dropMessage } from '../../support/files.js';
import { sandboxFor } from '../mailbox/support/inbox.js';
import type { Sandbox } from '../../support/sandbox.js';

/** A root with something of everything in it. */
interface Scene {
  sandbox: Sandbox;
  /** A message for cy. */
  message: string;
  task: string;
  /** A message file. */
  file: string;
}

async function sceneFor(t: TestContext): Promise<Scene> {
  const sandbox = sandboxFor(t, { CC2CC_NAME: 'cy' });
  const file = join(sandbox.dir, 'message.json');
  const id = newMessageId();
  writeFileSync(file, JSON.stringify({ id, from: 'ann', to: 'cy', content: { text: 'hello' } }));
  const text = 'a text that is rather longer than a narrow screen is wide, 一二三四五六七八九十';
  const message = dropMessage(sandbox, 'cy', { from: 'ann', text });
  dropMessage(sandbox, 'ann');
  const made = await cli(sandbox, ['task', 'delegate', 'ann', text, '--title', text, '--json']);
  return { sandbox, message, file, task: (JSON.parse(made.stdout) as { id: string }).id };
}

/** Each command in its normal use. */
interface Use {
  args: (scene: Scene) => string[];
  /** What it prints is for reading. */
  reads?: boolean;
  /** It has nothing to say on stdout here. */
  silent?: boolean;
}

const USES: Record<string, Use[]> = {
  init: [
    { args: () => ['init', '--no-service', '--no-register', '--no-hooks', '--no-prove'] },
    { args: () => ['init', '--rotate-key', '--json'] },
  ],
  uninstall: [{ args: () => ['uninstall', '--dry-run'], reads: true }],
  send: [{ args: () => ['send', 'ann', 'hello'] }],
  broadcast: [{ args: () => ['broadcast', 'hello', '--include-away'] }],
  receive: [{ args: () => ['receive', '--peek'], reads: true }],
  reply: [{ args: ({ message }) => ['reply', message, 'hello'] }],
  task: [
    { args: () => ['task', 'list'], reads: true },
    { args: ({ task }) => ['task', 'show', task], reads: true },
    { args: ({ task }) => ['task', 'progress', task, 'half', '--from', 'ann'] },
  ],
  status: [{ args: ({ message }) => ['status', '--message', message], reads: true }],
  doctor: [{ args: () => ['doctor'], reads: true }],
  log: [{ args: () => ['log'], reads: true }],
  agents: [
    { args: () => ['agents', '--all'], reads: true },
    { args: () => ['agents', 'ann'], reads: true },
  ],
  trust: [{ args: () => ['trust', 'ann'] }, { args: () => ['trust'], reads: true }],
  block: [{ args: () => ['block', 'eve'] }],
  inbox: [{ args: () => ['inbox'], reads: true, silent: true }],
  validate: [{ args: ({ file }) => ['validate', file], reads: true }],
  cleanup: [{ args: () => ['cleanup', '--dry-run'], reads: true }],
  config: [{ args: () => ['config'], reads: true }],
  completion: [{ args: () => ['completion', 'bash'] }],
  hook: [{ args: () => ['hook', 'settings'] }],
};

/** Takes half a minute and shows itself what it does, see lifecycle/prove. */
const APART = ['prove'];

test('this file knows every command', () => {
  assert.deepEqual(
    Object.keys(USES).sort(),
    COMMANDS.map(({ name }) => name)
      .filter((name) => !APART.includes(name))
      .sort(),
  );
});

// eslint-disable-next-line no-control-regex -- what must not be there
const ESCAPES = /\u001b/;

for (const [name, uses] of Object.entries(USES)) {
  test(`cc2cc ${name}: normal use without a daemon and with one, in a pipe, as JSON`, async (t) => {
    const scene = await sceneFor(t);
    const { sandbox } = scene;
    for (const running of [false, true]) {
      if (running) await startDaemon(sandbox);
      for (const { args, reads, silent = false } of uses) {
        const { code, stdout, stderr } = await cli(sandbox, args(scene));
        assert.equal(code, 0, stderr);
        assert.equal(stdout === '', silent);
        assert.doesNotMatch(stdout + stderr, ESCAPES);
        if (reads !== true) continue;
        const json = await cli(sandbox, [...args(scene), '--json']);
        assert.equal(json.code, 0, json.stderr);
        // One value, or one on each line.
        const values = json.stdout.startsWith('{\n')
          ? [json.stdout]
          : json.stdout.trim().split('\n');
        for (const value of values) assert.equal(typeof JSON.parse(value), 'object');
      }
    }
  });

  test(`cc2cc ${name}: a reader that goes away, and wrong options`, async (t) => {
    const scene = await sceneFor(t);
    for (const { args } of uses) {
      const words = args(scene)
        .map((word) => `'${word}'`)
        .join(' ');
      const line = `set -o pipefail; cc2cc ${words} 2>/dev/null | true`;
      assert.equal((await shell(scene.sandbox, line)).code, 0);
      const misused = await cli(scene.sandbox, [...args(scene), '--no-such-option']);
      assert.equal(misused.code, name === 'hook' ? 1 : 2); // clients take 2 of a hook for an order
      assert.equal(misused.stdout, '');
      assert.notEqual(misused.stderr, '');
    }
  });

  test(`cc2cc ${name}: on a narrow screen, with and without colours`, async (t) => {
    if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
    const scene = await sceneFor(t);
    for (const { args, reads } of uses) {
      const plain = await cliOnTerminal(scene.sandbox, 45, args(scene), { NO_COLOR: '1' });
      assert.equal(plain.code, 0, plain.stdout);
      assert.doesNotMatch(plain.stdout, ESCAPES);
      if (reads !== true) continue;
      // A sentence or a path may go on in the next row of the screen, the row of a table must not.
      const rows = plain.stdout.split('\n').filter((row) => /\S {2,}\S/.test(row));
      for (const row of rows) assert.ok(row.length <= 45 || !/ {2,}\S+ {2,}/.test(row), row);
      const dumb = await cliOnTerminal(scene.sandbox, 45, args(scene), { TERM: 'dumb' });
      assert.doesNotMatch(dumb.stdout, ESCAPES);
    }
  });
}
