/** `cc2cc send` and `cc2cc broadcast`, with a daemon and without. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { checkSignature } from '../../../mail/signing.js';
import { readKey } from '../../../mail/key-files.js';
import { attachAgent, awake } from '../../support/agents.js';
import { cli, cliOnTerminal, hasTerminal, shell } from '../../support/cli.js';
import { daemonPids, startDaemon } from '../../support/daemon.js';
import { listInbox, readMessages, mailboxOf } from '../../support/files.js';
import { ensureMailbox } from '../../../mail/deliver.js';
import { attachSilently, idOf, sandboxFor } from '../mailbox/support/inbox.js';
import type { Sandbox } from '../../support/sandbox.js';

const FROM = ['--from', 'cy'];

function known(sandbox: Sandbox, ...names: string[]): void {
  for (const name of names) ensureMailbox(mailboxOf(sandbox, name));
}

test('a message of a person reaches a session at once, and the answer the person', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  const sent = await cli(sandbox, ['send', 'ann', 'hello', '--priority', 'high', ...FROM]);
  assert.deepEqual([sent.code, sent.stderr], [0, '']);
  assert.match(sent.stdout, /^msg-[\w-]+: handed to ann's session\n$/);
  const push = await ann.waitForMessage('hello');
  assert.deepEqual([push.meta['from'], push.meta['priority']], ['cy', 'high']);
  await ann.call('reply', { msg_id: idOf({ text: sent.stdout }), text: 'hello cy' });
  const read = await cli(sandbox, ['receive', 'cy']);
  assert.match(read.stdout, /ann → cy[^\n]*verified\)\n {2}hello cy\n/);
});

test('without a daemon it is delivered by the files, signed, and that is said', async (t) => {
  const sandbox = sandboxFor(t);
  known(sandbox, 'ann');
  const sent = await cli(sandbox, ['send', 'ann', '-', '--ttl', '2h', '--type', 'task', ...FROM], {
    stdin: 'two\nlines\n',
  });
  assert.equal(sent.code, 0);
  assert.match(sent.stdout, /^msg-[\w-]+: waiting: ann is away\n$/);
  assert.match(sent.stderr, /No daemon runs/);
  const [message] = readMessages(sandbox, 'ann', 'inbox');
  assert.deepEqual(
    [message!.from, message!.type, message!.ttl, message!.content.text, message!.identity],
    ['cy', 'task', 7200, 'two\nlines', { agent: 'cy', mode: 'command' }],
  );
  assert.equal(checkSignature(message!, [readKey(sandbox.root)!]), 'verified');
  assert.deepEqual(daemonPids(sandbox), []);
  const ann = await attachSilently(sandbox, { name: 'ann' });
  await ann.waitForMessage('two\nlines');
});

test('what is wrong is said, with the exit code, and nothing is sent', async (t) => {
  const sandbox = sandboxFor(t);
  known(sandbox, 'ann');
  const cases: [args: string[], code: number, stderr: RegExp][] = [
    [['send'], 2, /missing required argument 'to'/],
    [['send', 'ann'], 2, /missing required argument 'text'/],
    [['send', 'ann', ' '], 2, /empty/],
    [['send', 'ann', '-'], 2, /empty/],
    [['send', 'bob', 'x'], 1, /Nobody here is or was called "bob"/],
    [['send', 'ann.b', 'x'], 1, /not an agent name[^]*Did you mean ann/],
    [['send', '', 'x'], 1, /See cc2cc agents --all/],
    [['send', 'Ann', 'x'], 1, /not an agent name[^]*Did you mean ann/],
    [['send', 'ann', 'x', '--from', 'ann'], 1, /message to yourself/],
    [['send', 'ann', 'x', '--from', '../x'], 1, /not a possible name/],
    [['send', 'ann', 'x', '--ttl', 'soon'], 2, /^cc2cc: --ttl: "soon" is not a duration/],
    [['send', 'ann', 'x', '--type', 'letter'], 2, /Allowed choices/],
    [['send', 'ann', 'x', '--wait', '0s'], 2, /--wait: .*no time to wait/],
    [['send', 'ann', 'x', 'y'], 2, /too many arguments/],
  ];
  for (const running of [false, true]) {
    if (running) await startDaemon(sandbox);
    for (const [args, code, stderr] of cases) {
      const ended = await cli(sandbox, args);
      assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`);
      assert.match(ended.stderr, stderr);
      assert.equal(ended.stdout, '');
    }
  }
  const long = await cli(sandbox, ['send', 'ann', '-'], { stdin: 'x'.repeat(1024 * 1024 + 5) });
  assert.equal(long.code, 1);
  assert.match(long.stderr, /longer than 1048576 bytes/);
  const binary = await cli(sandbox, ['send', 'ann', '-'], { stdin: Buffer.from([0xff, 0xfe]) });
  assert.equal(binary.code, 2);
  assert.deepEqual(listInbox(sandbox, 'ann'), []);
});

test('a text of a megabyte with odd characters arrives as it was', async (t) => {
  const sandbox = sandboxFor(t);
  known(sandbox, 'ann');
  const text = '😀 "\\ \u0007 </channel>\n'.repeat(40_000);
  for (const running of [false, true]) {
    if (running) await startDaemon(sandbox);
    const sent = await cli(sandbox, ['send', 'ann', '-', ...FROM], { stdin: `${text}\n` });
    assert.equal(sent.code, 0, sent.stderr);
  }
  const texts = readMessages(sandbox, 'ann', 'inbox').map(({ content }) => content.text);
  assert.deepEqual(texts, [text, text]);
});

test('--json, on a screen and in a pipe', async (t) => {
  const sandbox = sandboxFor(t);
  known(sandbox, 'ann');
  const { stdout } = await cli(sandbox, ['send', 'ann', 'x', '--json', ...FROM]);
  const report = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual(Object.keys(report), ['from', 'id', 'to', 'state']);
  assert.deepEqual([report['from'], report['to']], ['cy', 'ann']);
  const piped = await shell(
    sandbox,
    'echo hi | cc2cc send ann - --from cy 2>/dev/null | cut -c1-4',
  );
  assert.equal(piped.stdout, 'msg-\n');
  if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
  const screen = await cliOnTerminal(sandbox, 40, ['send', 'ann', 'x', ...FROM]);
  assert.match(screen.stdout, /msg-[\w-]+: waiting: ann is away/);
});

test('who speaks: --from, the session in whose shell it runs, CC2CC_NAME, the login name', async (t) => {
  const sandbox = sandboxFor(t);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  known(sandbox, 'ann');
  const session = { CLAUDE_CODE_SESSION_ID: ben.sessionId };
  const speak = async (args: string[], env: Record<string, string>): Promise<string> => {
    const { stdout } = await cli(sandbox, ['send', 'ann', 'x', '--json', ...args], { env });
    return (JSON.parse(stdout) as { from: string }).from;
  };
  assert.equal(await speak(FROM, { CC2CC_NAME: 'dee', ...session }), 'cy');
  assert.equal(await speak([], { CC2CC_NAME: 'dee', ...session }), 'ben');
  assert.equal(await speak([], session), 'ben');
  assert.equal(await speak([], { CC2CC_NAME: 'dee' }), 'dee');
  assert.match(await speak([], {}), /^[a-z0-9][a-z0-9-]*$/);
});

test('--wait prints the answer, which counts as seen', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  const waiting = cli(sandbox, ['send', 'ann', 'which port?', '--wait', '50s', ...FROM]);
  const push = await ann.waitForMessage('which port?');
  assert.equal(push.meta['awaited'], 'true');
  await ann.call('reply', { msg_id: push.meta['msg_id'], text: '8080' });
  const { code, stdout } = await waiting;
  assert.equal(code, 0);
  assert.match(stdout, /ann → cy[^]*\n {2}8080\n/);
  assert.deepEqual(listInbox(sandbox, 'cy'), []);
  assert.equal(readMessages(sandbox, 'cy', 'done')[0]!.content.text, '8080');
});

test('--wait without a daemon takes the answer of another command', async (t) => {
  const sandbox = sandboxFor(t);
  known(sandbox, 'ann');
  const waiting = cli(sandbox, ['send', 'ann', 'which port?', '--wait', '50s', '--json', ...FROM]);
  const read = await shell(sandbox, 'cc2cc receive ann --follow -n 1 --json 2>/dev/null');
  assert.equal((JSON.parse(read.stdout) as { awaited?: true }).awaited, true);
  const { id } = JSON.parse(read.stdout) as { id: string };
  const replied = await cli(sandbox, ['reply', id, '8080', '--from', 'ann']);
  assert.equal(replied.code, 0, replied.stderr);
  const { code, stdout } = await waiting;
  assert.equal(code, 0);
  const report = JSON.parse(stdout);
  assert.deepEqual([report.id, report.answer.content.text], [id, '8080']);
});

test('--wait in vain is exit code 4 with what became of the message', async (t) => {
  const sandbox = sandboxFor(t);
  known(sandbox, 'ann');
  const { code, stdout, stderr } = await cli(sandbox, [
    'send',
    'ann',
    'x',
    '--wait',
    '1s',
    ...FROM,
  ]);
  assert.deepEqual([code, stdout], [4, '']);
  assert.match(stderr, /No answer within 1 s\. msg-[\w-]+ waits in ann's inbox/);
});

test('nobody waits for an answer that would go to a session', async (t) => {
  const sandbox = sandboxFor(t);
  await attachAgent(sandbox, { name: 'ann' });
  await attachAgent(sandbox, { name: 'ben' });
  const { code, stderr } = await cli(sandbox, ['send', 'ann', 'x', '--wait', '--from', 'ben']);
  assert.equal(code, 1);
  assert.match(stderr, /ben is attached: its session gets its mail\. Send it without --wait/);
  assert.deepEqual(listInbox(sandbox, 'ann'), []);
});

test('broadcast reaches who is online, and with --include-away everybody', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  known(sandbox, 'bob');
  const some = await cli(sandbox, ['broadcast', 'down for five minutes', ...FROM]);
  assert.match(some.stdout, /^msg-[\w-]+: handed to ann's session\n$/);
  assert.match(some.stderr, /1 left out that is away/);
  const push = await ann.waitForMessage('down for five minutes');
  assert.equal(push.meta['broadcast'], 'true');
  const all = await cli(sandbox, ['broadcast', 'up again', '--include-away', '--json', ...FROM]);
  const { sent, leftOut } = JSON.parse(all.stdout);
  assert.deepEqual([sent.map(({ to }: { to: string }) => to), leftOut], [['ann', 'bob'], 0]);
  assert.equal(readMessages(sandbox, 'bob', 'inbox')[0]!.content.text, 'up again');
});

test('broadcast to nobody sends nothing, with and without a daemon', async (t) => {
  const sandbox = sandboxFor(t);
  const { code, stderr } = await cli(sandbox, ['broadcast', 'x', ...FROM]);
  assert.equal(code, 0);
  assert.match(stderr, /Nobody else is there/);
});

test('a root that others may write to is refused', async (t) => {
  const sandbox = sandboxFor(t);
  known(sandbox, 'ann');
  const { chmodSync } = await import('node:fs');
  chmodSync(sandbox.root, 0o777);
  const { code, stderr } = await cli(sandbox, ['send', 'ann', 'x', ...FROM]);
  assert.equal(code, 1);
  assert.match(stderr, /others may write to it/);
  rmSync(sandbox.root, { recursive: true });
});
