/** `cc2cc status` and `cc2cc agents`, with a daemon and without. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attachAgent } from '../../support/agents.js';
import { cli, cliOnTerminal, hasTerminal, shell } from '../../support/cli.js';
import { daemonPids } from '../../support/daemon.js';
import { dropMessage } from '../../support/files.js';
import { type Sandbox, sandboxFor } from '../../support/sandbox.js';
import { daemonCommand } from '../lifecycle/support.js';

function write(sandbox: Sandbox, folder: string, file: string, value: object): void {
  mkdirSync(join(sandbox.root, folder), { recursive: true });
  writeFileSync(join(sandbox.root, folder, file), JSON.stringify(value));
}

/** An agent with mail that is away, and one of the original that is there. */
function twoByFiles(sandbox: Sandbox): void {
  dropMessage(sandbox, 'ben');
  dropMessage(sandbox, 'ben');
  write(sandbox, 'status', 'owl-heartbeat.json', {
    agent: 'owl',
    timestamp: new Date().toISOString(),
    status: 'active',
    context: '',
  });
}

test('status is what the daemon tells, in the words of cc2cc-daemon status', async (t) => {
  const sandbox = sandboxFor(t);
  await attachAgent(sandbox, { name: 'ann' });
  const [ours, daemons] = [
    await cli(sandbox, ['status']),
    await daemonCommand(sandbox, ['status']),
  ];
  assert.equal(ours.code, 0);
  const steady = (text: string): string => text.replaceAll(/\d+ s\b/g, '? s');
  assert.equal(steady(ours.stdout), steady(daemons.stdout));
  assert.match(ours.stdout, /AGENT +STATUS[^]*ann +online +channel/);
  const json = JSON.parse((await cli(sandbox, ['status', '--json'])).stdout);
  assert.deepEqual([json.running, json.agents[0].name], [true, 'ann']);
});

test('status without a daemon is 3 and shows what the files tell', async (t) => {
  const sandbox = sandboxFor(t);
  twoByFiles(sandbox);
  const text = await cli(sandbox, ['status']);
  assert.equal(text.code, 3);
  assert.match(text.stdout, /not running[^]*By the files:[^]*ben +offline[^]* 2 [^]*owl +online/);
  const json = JSON.parse((await cli(sandbox, ['status', '--json'])).stdout);
  assert.equal(json.running, false);
  assert.deepEqual(
    json.agents.map(({ name, status, waiting }: Record<string, unknown>) => [
      name,
      status,
      waiting,
    ]),
    [
      ['ben', 'offline', 2],
      ['owl', 'online', 0],
    ],
  );
  assert.deepEqual(daemonPids(sandbox), []);
});

test('agents lists who is there or has mail, and with --all everybody', async (t) => {
  const sandbox = sandboxFor(t);
  await attachAgent(sandbox, { name: 'ann' });
  twoByFiles(sandbox);
  write(sandbox, 'status', 'gone-heartbeat.json', {
    agent: 'gone',
    timestamp: '2026-01-01T00:00:00Z',
    status: 'active',
  });
  write(sandbox, 'agents', 'old.json', { name: 'old', renamed_to: 'ann' });
  mkdirSync(join(sandbox.root, 'to-old'));
  const names = async (...args: string[]): Promise<unknown[]> =>
    JSON.parse((await cli(sandbox, ['agents', '--json', ...args])).stdout).agents.map(
      ({ name }: { name: unknown }) => name,
    );
  assert.deepEqual(await names(), ['ann', 'ben', 'owl']);
  assert.deepEqual(await names('--all'), ['ann', 'ben', 'gone', 'owl']);
  const { code, stdout, stderr } = await cli(sandbox, ['agents']);
  assert.equal(code, 0);
  assert.match(stdout, /^ +AGENT[^]*ann +online +channel[^]*ben +offline/);
  assert.match(stderr, /^1 more is away/);
  assert.equal((await shell(sandbox, 'cc2cc agents | head -1; exit ${PIPESTATUS[0]}')).code, 0);
});

test('an agent has a card, former names and mail', async (t) => {
  const sandbox = sandboxFor(t);
  dropMessage(sandbox, 'ben');
  write(sandbox, 'agents', 'ben.json', {
    name: 'ben',
    description: 'reads \u001b[31mcode',
    cwd: join(sandbox.home, 'src'),
    client: { name: 'claude-code', version: '2.1.329' },
    skills: [{ id: 'review', name: 'Review', description: 'of changes', tags: ['code'] }, 'odd'],
    extra: { kept: true },
  });
  write(sandbox, 'agents', 'bob.json', { name: 'bob', renamed_to: 'ben' });
  write(sandbox, 'agents', 'rob.json', { name: 'rob', renamed_to: 'bob' });
  const { code, stdout, stderr } = await cli(sandbox, ['agents', 'bob']);
  assert.equal(code, 0);
  assert.equal(stderr, 'No daemon runs; this is what the files tell.\nbob is called ben now.\n');
  assert.deepEqual(stdout.replaceAll(/ {2,}/g, '  ').split('\n'), [
    'ben  offline',
    '  description  reads code',
    '  directory  ~/src',
    '  client  claude-code 2.1.329',
    '  was called  bob, rob',
    '  skills  Review: of changes [code]',
    '  mail  1 waiting, 0 done, 0 receipts',
    '',
  ]);
  const sheet = JSON.parse((await cli(sandbox, ['agents', 'ben', '--json'])).stdout);
  assert.deepEqual(sheet.mailbox, { inbox: 1, done: 0, receipts: 0 });
  assert.deepEqual(sheet.formerNames, ['bob', 'rob']);
  assert.deepEqual(sheet.card.extra, { kept: true });
});

test('who is meant by a wrong name is guessed', async (t) => {
  const sandbox = sandboxFor(t);
  dropMessage(sandbox, 'brave-fox');
  const near = await cli(sandbox, ['agents', 'brave-fix']);
  assert.deepEqual([near.code, near.stdout], [1, '']);
  assert.match(near.stderr, /^cc2cc: Nobody here .* Did you mean brave-fox\?\n$/);
  const bad = await cli(sandbox, ['agents', '../x']);
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /is not an agent name.*cc2cc agents --all/);
});

test('a narrow screen keeps who, what and how much', async (t) => {
  if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
  const sandbox = sandboxFor(t);
  twoByFiles(sandbox);
  for (const [columns, env] of [
    [100, {}],
    [50, {}],
    [30, { NO_COLOR: '1' }],
  ] as const) {
    const { stdout } = await cliOnTerminal(sandbox, columns, ['agents'], env);
    // eslint-disable-next-line no-control-regex -- colours take no room
    const lines = stdout.replaceAll(/\u001b\[\d+m/g, '').split('\n');
    // What goes to stderr is the terminal's to break.
    const table = lines.filter((line) => line.startsWith('  '));
    for (const line of table) assert.ok(line.length <= columns, `${columns}: ${line}`);
    assert.match(table[0]!, /AGENT +STATUS.* WAITING/);
    assert.match(table[1]!, /ben +offline.* 2/);
    assert.equal(table[0]!.includes('LANE'), columns > 30);
    assert.equal(stdout.includes('\u001b['), !('NO_COLOR' in env));
  }
});
