/** A bridge root on a file system without hard links, a real one where there is one to be had. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newMessageId } from '../../../protocol/ids.js';
import { attachAgent, awake, nameOf } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone, listInbox, listMailbox, mailboxOf } from '../../support/files.js';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';
import { mountWithoutLinks } from './no-links-disk.js';
import { assertNoneTorn } from './whole.js';

const CONTENDERS = 4;
const IDS = 60;

interface Root {
  sandbox: Sandbox;
  /** What every program must be started with. */
  env: Extras;
}

/** How a root comes to have no links. */
const ROOTS: { what: string; make: (sandbox: Sandbox) => Extras | string }[] = [
  {
    what: 'a file system without them',
    make: (sandbox) => {
      const disk = mountWithoutLinks(sandbox);
      return 'why' in disk ? disk.why : {};
    },
  },
  ...['EPERM', 'ENOTSUP', 'EOPNOTSUPP'].map((errno) => ({
    what: errno,
    make: (sandbox: Sandbox): Extras => {
      const preload = join(sandbox.dir, 'no-links.cjs');
      writeFileSync(
        preload,
        `const fs = require('node:fs');
         const { linkSync } = fs;
         fs.linkSync = (from, to) => {
           if (!to.startsWith(${JSON.stringify(sandbox.root)})) return linkSync(from, to);
           throw Object.assign(new Error('no links'), { code: '${errno}' });
         };
         require('node:module').syncBuiltinESMExports();`,
      );
      return { NODE_OPTIONS: `--require ${preload}` };
    },
  })),
];

function rootFor(t: TestContext, make: (sandbox: Sandbox) => Extras | string): Root | string {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '200' });
  t.after(() => sandbox.cleanup());
  const env = make(sandbox);
  if (typeof env === 'string') return env;
  mkdirSync(sandbox.root, { recursive: true, mode: 0o700 });
  return { sandbox, env };
}

for (const { what, make } of ROOTS) {
  test(`${what}: sessions and commands send, are named, renamed and given tasks`, async (t) => {
    const scene = rootFor(t, make);
    if (typeof scene === 'string') return t.skip(scene);
    const { sandbox, env } = scene;
    await startDaemon(sandbox, env);
    const ann = await attachAgent(sandbox, { name: 'ann', env });
    const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool', env });
    await awake(ann);
    dropMessage(sandbox, 'ann', { text: 'by hand' });
    await ann.waitForMessage('by hand');
    for (const text of ['one', 'two']) {
      assert.match((await ann.call('send', { to: 'ben', text })).text, /^Accepted/);
    }
    const renamed = await ben.call('register', { name: 'bot' }); // what waits rides on the result
    assert.match(renamed.text, /bot[\s\S]*one[\s\S]*two/);
    await until(() => listDone(sandbox, 'bot').length === 2, 'the messages in done/');
    await until(() => listMailbox(sandbox, 'bot', 'receipts').length === 2, 'two receipts');
    assert.equal(await nameOf(await attachAgent(sandbox, { name: 'ann', env })), 'ann-2');
    const sent = await cli(sandbox, ['send', 'ann', 'by command', '--from', 'eve'], { env });
    assert.equal(sent.code, 0, sent.stderr);
    await ann.waitForMessage('by command');
    const task = await cli(sandbox, ['task', 'delegate', 'ann', 'do it', '--from', 'eve'], { env });
    assert.equal(task.code, 0, task.stderr);
    assert.deepEqual(listMailbox(sandbox, 'bot', 'tmp').filter(isMark), []);
    await assertNoneTorn(sandbox.root);
    assert.deepEqual([ann.stray, ben.stray], [[], []]);
  });

  test(`${what}: commands without a daemon send, receive, and leave no mark`, async (t) => {
    const scene = rootFor(t, make);
    if (typeof scene === 'string') return t.skip(scene);
    const { sandbox, env } = scene;
    const made = await cli(sandbox, ['send', 'ann', 'no one yet', '--from', 'eve'], { env });
    assert.notEqual(made.code, 0, 'nobody knows ann');
    const read = await cli(sandbox, ['receive', 'ann', '--peek'], { env });
    assert.equal(typeof read.code, 'number');
    mkdirSync(mailboxOf(sandbox, 'ann').inbox, { recursive: true, mode: 0o700 });
    const sent = await cli(sandbox, ['send', 'ann', 'hello', '--from', 'eve'], { env });
    assert.equal(sent.code, 0, sent.stderr);
    const got = await cli(sandbox, ['receive', 'ann'], { env });
    assert.match(got.stdout, /hello/);
    assert.equal(listDone(sandbox, 'ann').length, 1);
    assert.deepEqual(listMailbox(sandbox, 'ann', 'tmp'), []);
  });

  test(`${what}: of ${CONTENDERS} deliverers of one id exactly one counts, and its text stays`, async (t) => {
    const scene = rootFor(t, make);
    if (typeof scene === 'string') return t.skip(scene);
    const { sandbox, env } = scene;
    if (env['NODE_OPTIONS'] === undefined) {
      writeFileSync(join(sandbox.root, 'a'), '');
      assert.throws(() => {
        linkSync(join(sandbox.root, 'a'), join(sandbox.root, 'b'));
      });
    }
    const ids = Array.from({ length: IDS }, newMessageId);
    const script = fileURLToPath(new URL('contend-deliver.js', import.meta.url));
    const begin = String(Date.now() + 1_500);
    const texts = Array.from({ length: CONTENDERS }, (_, i) => `text of ${i}`);
    const runs = await Promise.all(
      texts.map((text) =>
        promisify(execFile)(process.execPath, [script, sandbox.root, text, begin, ...ids], {
          env: sandbox.envWith(env),
        }),
      ),
    );
    const counted = runs.map(({ stdout }) => new Set(JSON.parse(stdout) as string[]));
    const { inbox } = mailboxOf(sandbox, 'ann');
    for (const id of ids) {
      const winners = texts.filter((_, i) => counted[i]?.has(id));
      assert.equal(winners.length, 1, `${id} was delivered by ${winners.length}`);
      assert.equal(readFileSync(join(inbox, `${id}.json`), 'utf8'), winners[0]);
    }
    assert.equal(listInbox(sandbox, 'ann').length, IDS);
    assert.deepEqual(listMailbox(sandbox, 'ann', 'tmp'), []);
  });
}

function isMark(file: string): boolean {
  return file.endsWith('.placing');
}
