/** `cc2cc log`: what was said, by the files alone. */
import { taskOfMessageId } from '../../../mail/tasks/task-id.js';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ensureMailbox } from '../../../mail/deliver.js';
import { appendJournal } from '../../../mail/delivery.js';
import { Keyring } from '../../../mail/keyring.js';
import { createMessage, encodeMessage, type Draft } from '../../../protocol/envelope.js';
import { derivedMessageId } from '../../../protocol/ids.js';
import { CC2CC, cli, cliOnTerminal, hasTerminal, shell } from '../../support/cli.js';
import { mailboxOf } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';

const DAY = Date.UTC(2026, 10, 20);
const at = (minute: number): number => DAY + minute * 60_000;

/** The id of a message that was sent so many minutes into the day. */
const idAt = (minute: number, n = 0): string => derivedMessageId([at(minute), n], 'log');

function sandboxFor(t: TestContext): Sandbox {
  const sandbox = makeSandbox({ TZ: 'UTC' });
  t.after(() => sandbox.cleanup());
  return sandbox;
}

type Fields = Partial<Draft> & { minute: number; folder?: 'inbox' | 'done'; signed?: boolean };

/** A message of then; it waits for ever unless told. */
function put(sandbox: Sandbox, to: string, fields: Fields): string {
  const { minute, folder = 'done', signed = false, ...rest } = fields;
  const paths = mailboxOf(sandbox, to);
  ensureMailbox(paths);
  const draft = { id: idAt(minute), at: at(minute), from: 'ann', text: 'hello', ttl: 0, ...rest };
  const message = createMessage({ ...draft, to });
  const sealed = signed ? new Keyring(sandbox.root).seal(message) : message;
  writeFileSync(join(paths[folder], `${draft.id}.json`), encodeMessage(sealed));
  return draft.id;
}

async function texts(sandbox: Sandbox, ...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await cli(sandbox, ['log', '--json', ...args]);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { content: { text: string } }).content.text);
}

test('all mailboxes in the order of sending, also those of older versions of the original', async (t) => {
  const sandbox = sandboxFor(t);
  put(sandbox, 'ben', { minute: 3, text: 'three' });
  put(sandbox, 'cleo', { minute: 1, text: 'one' });
  put(sandbox, 'ben', { minute: 4, text: 'four', folder: 'inbox' });
  // Its ids bear no time.
  put(sandbox, 'ann', { minute: 2, id: 'msg-9a0a6f3e-1f57-4f3a-8a5e-000000000001', text: 'two' });
  const legacy = join(sandbox.root, 'ben-to-ann', 'done');
  mkdirSync(legacy, { recursive: true });
  const old = createMessage({ id: 'msg-old', at: at(0), from: 'ben', to: 'ann', text: 'zero' });
  writeFileSync(join(legacy, 'msg-old.json'), encodeMessage(old));
  // Not of anybody's mailbox, or not a message of it.
  writeFileSync(join(mailboxOf(sandbox, 'ben').inbox, '.tmp-1.json'), 'half');
  mkdirSync(join(sandbox.root, 'rejected'));
  assert.deepEqual(await texts(sandbox), ['zero', 'one', 'two', 'three', 'four']);
  assert.deepEqual(await texts(sandbox, '-n', '2'), ['three', 'four']);
});

test('what is wanted can be narrowed down', async (t) => {
  const sandbox = sandboxFor(t);
  const root = put(sandbox, 'ben', { minute: 1, text: 'Which Port?' });
  const reply = put(sandbox, 'ann', { minute: 2, from: 'ben', text: '8080', thread: root });
  put(sandbox, 'cleo', { minute: 3, from: 'ben', text: 'lunch', type: 'task' });
  // As the original answers: without a thread.
  const third = put(sandbox, 'ben', {
    minute: 4,
    text: 'thanks',
    replyTo: reply,
    type: 'response',
  });
  put(sandbox, 'dora', { minute: 5, from: 'bob', text: 'as bob' });
  mkdirSync(join(sandbox.root, 'agents'));
  const card = { name: 'bob', renamed_to: 'ben' };
  writeFileSync(join(sandbox.root, 'agents', 'bob.json'), JSON.stringify(card));
  const cases: [string[], string[]][] = [
    [['--agent', 'cleo'], ['lunch']],
    [
      ['--agent', 'ben'],
      ['Which Port?', '8080', 'lunch', 'thanks', 'as bob'],
    ],
    [['--agent', 'bob', '-n', '1'], ['as bob']],
    [
      ['--between', 'ann', 'ben'],
      ['Which Port?', '8080', 'thanks'],
    ],
    [['--between', 'ben', 'dora'], ['as bob']],
    [
      ['--thread', root],
      ['Which Port?', '8080', 'thanks'],
    ],
    [
      ['--thread', root, '-n', '2'],
      ['8080', 'thanks'],
    ],
    [
      ['--thread', root, '--since', '2026-11-20T00:02Z'],
      ['8080', 'thanks'],
    ],
    [['--thread', third], ['thanks']],
    [['--search', 'port'], ['Which Port?']],
    [['--type', 'task'], ['lunch']],
    [['--type', 'task', '--agent', 'ann'], []],
    [
      ['--since', '2026-11-20T00:03Z', '--until', '2026-11-20T00:05Z'],
      ['lunch', 'thanks'],
    ],
    [['--since', '2099-01-01'], []],
  ];
  for (const [args, expected] of cases) {
    assert.deepEqual(await texts(sandbox, ...args), expected, args.join(' '));
  }
});

test('what became of a message and whose it is stands beside it', async (t) => {
  const sandbox = sandboxFor(t);
  const keys = new Keyring(sandbox.root);
  mkdirSync(sandbox.root, { mode: 0o700 });
  keys.ensure();
  put(sandbox, 'ben', { minute: 1, folder: 'inbox', signed: true, text: 'signed' });
  put(sandbox, 'ben', { minute: 2, folder: 'inbox', ttl: 60 });
  const seen = put(sandbox, 'ben', { minute: 3, type: 'task', priority: 'high' });
  const { journal, inbox } = mailboxOf(sandbox, 'ben');
  appendJournal(journal, [
    { id: seen, at: new Date().toISOString(), event: 'seen', evidence: 'hook' },
  ]);
  put(sandbox, 'ben', { minute: 4, ttl: 60 });
  const forged = createMessage({
    id: idAt(5),
    at: at(5),
    from: 'eve',
    to: 'ben',
    text: 'x',
    ttl: 0,
  });
  const signature = `hmac-sha256:${'0'.repeat(64)}`;
  writeFileSync(join(inbox, `${forged.id}.json`), encodeMessage({ ...forged, signature }));
  const { code, stdout } = await cli(sandbox, ['log']);
  assert.equal(code, 0);
  assert.deepEqual(
    stdout.split('\n').filter((line) => !line.startsWith('  ')),
    [
      `2026-11-20 00:01:00  ann → ben  ${idAt(1)}  (message/normal, waiting, verified)`,
      `2026-11-20 00:02:00  ann → ben  ${idAt(2)}  (message/normal, expired, unsigned)`,
      `2026-11-20 00:03:00  ann → ben  ${seen}  (task/high, ${taskOfMessageId(seen)} submitted, seen, unsigned)`,
      `2026-11-20 00:04:00  ann → ben  ${idAt(4)}  (message/normal, expired, unsigned)`,
      `2026-11-20 00:05:00  eve → ben  ${idAt(5)}  (message/normal, waiting, [SIGNATURE INVALID])`,
      '',
    ],
  );
  const json = (await cli(sandbox, ['log', '--json', '-n', '1'])).stdout;
  assert.deepEqual(JSON.parse(json), {
    ...forged,
    signature,
    signatureState: 'invalid',
    state: 'waiting',
    mailbox: 'to-ben',
    file: join(inbox, `${forged.id}.json`),
  });
});

test('texts are shown by their beginnings, harmless, or in full', async (t) => {
  const sandbox = sandboxFor(t);
  const text = 'one\u001b[2J\ntwo\nthree\nfour\u009b31m';
  put(sandbox, 'ben', { minute: 1, text });
  const short = (await cli(sandbox, ['log'])).stdout.split('\n').slice(1);
  assert.deepEqual(short, ['  one', '  two', '  three', '  … (--full shows all)', '']);
  const full = (await cli(sandbox, ['log', '--full'])).stdout.split('\n').slice(1);
  assert.deepEqual(full, ['  one', '  two', '  three', '  four', '']);
  const json = (await cli(sandbox, ['log', '--json'])).stdout;
  assert.equal(JSON.parse(json).content.text, text);
  // eslint-disable-next-line no-control-regex -- what a terminal would act on
  assert.doesNotMatch(json, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('files that are no messages are counted and passed over', async (t) => {
  const sandbox = sandboxFor(t);
  put(sandbox, 'ben', { minute: 1, text: 'good' });
  const { done } = mailboxOf(sandbox, 'ben');
  mkdirSync(join(done, 'folder.json'));
  mkdirSync(join(done, 'msg-2.json'));
  const { code, stdout, stderr } = await cli(sandbox, ['log', '--json']);
  assert.deepEqual([code, stdout.split('\n').length], [0, 2]);
  assert.equal(stderr, '2 files are no message; see cc2cc validate FOLDER.\n');
});

test('nothing to show is no error; what cannot be meant is', async (t) => {
  const sandbox = sandboxFor(t);
  assert.deepEqual(await cli(sandbox, ['log']), {
    code: 0,
    stdout: '',
    stderr: 'There is no such message.\n',
  });
  for (const [args, words] of [
    [['--since', 'yesterday'], /not a time/],
    [['--between', 'ann'], /two agents/],
    [['--between', 'ann', 'ben', 'cleo'], /two agents/],
    [['--thread', '../x'], /not a message id/],
    [['--type', 'letter'], /choices are message, task/],
    [['-n', '-1'], /--limit takes a whole number/],
    [['-n', 'many'], /--limit takes a whole number/],
  ] as const) {
    const { code, stdout, stderr } = await cli(sandbox, ['log', ...args]);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, words);
  }
});

test('a narrow screen shows all, broken between words', async (t) => {
  if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
  const sandbox = sandboxFor(t);
  put(sandbox, 'ben', { minute: 1, text: 'a sentence that is longer than this screen is wide' });
  const { stdout } = await cliOnTerminal(sandbox, 40, ['log'], { NO_COLOR: '1' });
  for (const line of stdout.split('\n')) assert.ok(line.length <= 40, line);
  assert.match(
    stdout,
    /ann → ben[^]*\n {2}a sentence that is longer than this\n {2}screen is wide\n/,
  );
});

/** So many messages that their texts do not fit into the memory that the command is given. */
const MANY = 20_000;
const TEXT_BYTES = 10_000;

test('20,000 messages are shown as they are read, in little memory', async (t) => {
  const sandbox = sandboxFor(t);
  const { done } = mailboxOf(sandbox, 'ben');
  const first = join(
    done,
    `${put(sandbox, 'ben', { minute: 0, text: 'x'.repeat(TEXT_BYTES) })}.json`,
  );
  for (let n = 1; n < MANY; n += 1) {
    // The same file under other names takes no room.
    const id = `${idAt(1, n % 4096).slice(0, -6)}${String(n).padStart(6, '0')}`;
    linkSync(first, join(done, `${id}.json`));
  }
  const last = put(sandbox, 'ben', { minute: 60, text: 'not yet written' });
  const env = sandbox.envWith({ NODE_OPTIONS: '--max-old-space-size=40' });
  const child = spawn(process.execPath, [CC2CC, 'log', '--full'], { env });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  child.stdout.pause();
  assert.match(chunk.toString(), /^2026-11-20 00:00:00 {2}ann → ben/);
  // It waits for us to read on, so what is written now was not read before.
  const changed = createMessage({ id: last, at: at(60), from: 'ann', to: 'ben', text: 'written' });
  writeFileSync(join(done, '.new'), encodeMessage(changed));
  renameSync(join(done, '.new'), join(done, `${last}.json`));
  let headers = chunk.toString().split('ann → ben').length - 1;
  let end = '';
  child.stdout.on('data', (more: Buffer) => {
    headers += more.toString().split('ann → ben').length - 1;
    end = (end + more.toString()).slice(-200);
  });
  const closed = once(child, 'close');
  child.stdout.resume();
  assert.deepEqual(await closed, [0, null], stderr);
  assert.match(end, /\n {2}written\n$/);
  // One may be torn between two chunks.
  assert.ok(headers > MANY * 0.9, String(headers));
});

test('whoever reads may stop reading', async (t) => {
  const sandbox = sandboxFor(t);
  for (let n = 0; n < 50; n += 1) put(sandbox, 'ben', { minute: n, text: 'x'.repeat(5000) });
  const { code, stdout, stderr } = await shell(
    sandbox,
    'cc2cc log --full | head -1; exit ${PIPESTATUS[0]}',
  );
  assert.deepEqual([code, stdout.split('\n').length, stderr], [0, 2, '']);
});
