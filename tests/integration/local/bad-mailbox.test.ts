/** A mailbox that is not ours alone concerns its agent and nobody else, and is said where one looks. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createMessage, encodeMessage } from '../../../protocol/envelope.js';
import { errnoOf } from '../../../protocol/errors.js';
import { newMessageId } from '../../../protocol/ids.js';
import { attachAgent, awake, startShim } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listInbox, mailboxOf } from '../../support/files.js';
import { sandboxFor } from '../../support/sandbox.js';
import { acceptedId, daemonCommand, statusOf } from '../lifecycle/support.js';

const WHAT = {
  'a link in the place of its inbox': {
    spoil: (path: string, aside: string) => {
      renameSync(path, aside);
      insist(path, () => symlinkSync(aside, path));
    },
    mend: (path: string, aside: string) => {
      renameSync(path, `${path}.old`);
      insist(path, () => renameSync(aside, path));
    },
    told: /to-ann\/inbox is a symbolic link .* rm '/,
  },
  'an inbox that the world may write to': {
    spoil: (path: string) => chmodSync(path, 0o777),
    mend: (path: string) => chmodSync(path, 0o700),
    told: /to-ann\/inbox has mode 777: others may write to it\. .* chmod go-w '/,
  },
} as const;

/** The daemon makes an inbox that is missing; whoever wants something else there must be quicker. */
function insist(path: string, put: () => void): void {
  for (;;) {
    try {
      return put();
    } catch (error) {
      if (!['EEXIST', 'ENOTEMPTY'].includes(errnoOf(error) ?? '')) throw error;
      rmSync(path, { recursive: true });
    }
  }
}

for (const [what, { spoil, mend, told }] of Object.entries(WHAT)) {
  test(`${what}: its agent gets nothing, and all when it is mended`, async (t) => {
    if (process.platform === 'win32') return t.skip('Windows has no mode bits');
    const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '100' });
    await startDaemon(sandbox);
    const ann = await attachAgent(sandbox, { name: 'ann' });
    const ben = await attachAgent(sandbox, { name: 'ben' });
    await Promise.all([awake(ann), awake(ben)]);
    const { inbox } = mailboxOf(sandbox, 'ann');
    const aside = join(sandbox.dir, 'aside');
    spoil(inbox, aside);
    const draft = createMessage({
      id: newMessageId(),
      from: 'stranger',
      to: 'ann',
      text: 'by nobody knows whom',
    });
    writeFileSync(join(inbox, `${draft.id}.json`), encodeMessage(draft), { mode: 0o600 });

    const refused = await ben.call('send', { to: 'ann', text: 'not now' });
    assert.equal(refused.isError, true);
    assert.match(refused.text, told);
    await until(
      async () => (await statusOf(sandbox)).health.problems.some((line) => told.test(line)),
      'the problem in the status',
    );
    const status = await daemonCommand(sandbox, ['status']);
    assert.equal(status.code, 1);
    assert.match(status.stdout, told);
    const read = await cli(sandbox, ['receive', 'ann', '--peek']);
    assert.notEqual(read.code, 0);
    assert.match(read.stderr, told);
    // The others go on.
    dropMessage(sandbox, 'ben', { text: 'by hand' });
    await ben.waitForMessage('by hand');
    acceptedId(await ann.call('send', { to: 'ben', text: 'from its agent too' }));
    await ben.waitForMessage('from its agent too');
    assert.ok(!ann.channel.some(({ content }) => content.includes('nobody knows')));

    mend(inbox, aside);
    acceptedId(await ben.call('send', { to: 'ann', text: 'but now' }));
    await ann.waitForMessage('but now');
    await until(async () => (await statusOf(sandbox)).health.ok, 'good health');
  });
}

test('a folder that the group may write to is closed to it, and works', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows has no mode bits');
  const sandbox = sandboxFor(t);
  await startDaemon(sandbox);
  const { dir, inbox } = mailboxOf(sandbox, 'ann');
  // As `mkdir -p` does with a umask of 002.
  for (const folder of [dir, inbox]) {
    mkdirSync(folder);
    chmodSync(folder, 0o775);
  }
  const ann = await attachAgent(sandbox, { name: 'ann' });
  dropMessage(sandbox, 'ann', { text: 'good day' });
  await ann.waitForMessage('good day');
  const { stdout } = await cli(sandbox, ['doctor', '--json']);
  assert.ok(!stdout.includes('to-ann/inbox: 0775'), stdout);
});

test('a session whose mailbox is not ours alone is told so, and served when it is mended', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows has no mode bits');
  const sandbox = sandboxFor(t);
  await startDaemon(sandbox);
  const { dir } = mailboxOf(sandbox, 'ann');
  mkdirSync(dir);
  chmodSync(dir, 0o777);
  const ann = startShim(sandbox, { name: 'ann' });
  const told = await ann
    .initialize()
    .then(() => ann.call('whoami'))
    .then(({ text }) => text, String);
  assert.match(told, /to-ann has mode 777: others may write to it/);
  assert.deepEqual(readdirSync(join(sandbox.root, 'leases')), [], 'nobody has the name');
  const ben = await attachAgent(sandbox, { name: 'ben' });
  dropMessage(sandbox, 'ben', { text: 'as ever' });
  await ben.waitForMessage('as ever');
  chmodSync(dir, 0o700);
  await until(async () => /You are "ann"/.test((await ann.call('whoami')).text), 'the name');
  assert.deepEqual(listInbox(sandbox, 'ann'), []);
});
