/** `cc2cc validate`: no file may make it crash, hang or say yes to what no inbox takes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { encryptText } from '../../../mail/encryption.js';
import { newKey } from '../../../mail/key-files.js';
import { Keyring } from '../../../mail/keyring.js';
import { createMessage, encodeMessage, type Message } from '../../../protocol/envelope.js';
import { cli, cliOnTerminal, hasTerminal, shell } from '../../support/cli.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';

const GOOD = createMessage({ id: 'msg-1', from: 'ann', to: 'ben', text: 'hi', ttl: 0 });

function sandboxFor(t: TestContext): Sandbox {
  const sandbox = makeSandbox();
  mkdirSync(sandbox.root, { mode: 0o700 });
  t.after(() => sandbox.cleanup());
  return sandbox;
}

/** A file in the folder in which the commands run. */
function put(sandbox: Sandbox, name: string, content: Uint8Array | string | object): void {
  const bytes =
    typeof content === 'string' || content instanceof Uint8Array
      ? content
      : JSON.stringify(content, null, 2);
  writeFileSync(join(sandbox.work, name), bytes);
}

test('a good file is valid, and worth a remark or two', async (t) => {
  const sandbox = sandboxFor(t);
  const keys = new Keyring(sandbox.root);
  keys.ensure();
  put(sandbox, 'msg-1.json', encodeMessage(keys.seal(GOOD)));
  assert.deepEqual(await cli(sandbox, ['validate', 'msg-1.json']), {
    code: 0,
    stdout: 'msg-1.json: valid: ann → ben, verified\n',
    stderr: '',
  });
  const old = { ...GOOD, timestamp: '2026-01-01T00:00:00Z', ttl: 60 };
  put(sandbox, 'other.json', old);
  const { code, stdout } = await cli(sandbox, ['validate', 'other.json']);
  assert.equal(code, 0);
  assert.deepEqual(stdout.split('\n'), [
    'other.json: valid: ann → ben, unsigned',
    'other.json: remark: signature: unsigned',
    'other.json: remark: ttl: expired at 2026-01-01T00:01:00.000Z',
    "other.json: remark: id: is not the file's name; an inbox takes it in as msg-1.json",
    '',
  ]);
  const inbox = join(sandbox.root, 'to-cleo', 'inbox');
  mkdirSync(inbox, { recursive: true });
  const { timestamp, ...rest } = GOOD;
  void timestamp;
  writeFileSync(join(inbox, 'msg-1.json'), JSON.stringify(rest));
  const placed = await cli(sandbox, ['validate', join(inbox, 'msg-1.json')]);
  assert.match(placed.stdout, /remark: timestamp: is missing[^]*remark: to: .* lies in, cleo/);
});

test('all that is wrong is said, and where', async (t) => {
  const sandbox = sandboxFor(t);
  const { id, ...noId } = GOOD;
  void id;
  const cases: [content: Uint8Array | string | object, words: RegExp[]][] = [
    ['', [/: error: empty$/]],
    [
      '{\n  "id": "msg-1",\n  "from" "ann"\n}',
      [/bad\.json:3:10: error: not valid JSON: expected ":"$/],
    ],
    ['{"id":"msg-1"', [/bad\.json:1:14: error: .* expected "," or "}"$/]],
    [Uint8Array.of(0x7b, 0x0a, 0x22, 0xff), [/bad\.json:2:2: error: not valid UTF-8$/]],
    ['{"a":'.repeat(40) + '1' + '}'.repeat(40), [/nested deeper than 32/]],
    ['[]', [/not a JSON object/]],
    [noId, [/error: id: is missing$/]],
    [
      { ...GOOD, from: 'Ann', to: '../x', type: 'letter', ttl: -1, content: { text: 7 } },
      [
        /error: from: must be a name/,
        /error: to: must/,
        /error: type: must be one of "message", "task", /,
        /error: content\.text: must be a string$/,
        /error: ttl: must/,
      ],
    ],
    [{ ...GOOD, content: { text: 'x'.repeat(1_048_577) } }, [/content\.text: longer than 1048576/]],
    [{ ...GOOD, timestamp: 'yesterday' }, [/timestamp: must be an ISO 8601 time/]],
  ];
  for (const [content, words] of cases) {
    put(sandbox, 'bad.json', content);
    const { code, stdout, stderr } = await cli(sandbox, ['validate', 'bad.json']);
    assert.deepEqual([code, stderr], [1, ''], stdout);
    const errors = stdout.split('\n').filter((line) => line.includes(': error: '));
    assert.equal(errors.length, words.length, stdout);
    words.forEach((word, at) => {
      assert.match(errors[at]!, word);
    });
  }
});

test('signatures and encryption are checked with the keys of the root', async (t) => {
  const sandbox = sandboxFor(t);
  const elsewhere = { ...GOOD, signature: `hmac-sha256:${'0'.repeat(64)}` };
  put(sandbox, 'msg-1.json', elsewhere);
  const validate = async (): Promise<[number | null, string]> => {
    const { code, stdout } = await cli(sandbox, ['validate', 'msg-1.json']);
    return [code, stdout];
  };
  // Without a key nobody can know, and no key is made for it.
  assert.match((await validate())[1], /valid: .*, signature not checked\n.*no key here/);
  assert.equal((await validate())[0], 0);
  put(sandbox, 'msg-1.json', { ...GOOD, content: { text: encryptText('x', newKey()), parts: [] } });
  assert.match((await validate())[1], /content\.text: encrypted, and there is no key here/);
  put(sandbox, 'msg-1.json', elsewhere);
  new Keyring(sandbox.root).ensure();
  assert.match((await validate()).join(), /^1,msg-1\.json: error: signature: .*invalid\n$/);

  const text = (secret: string): Message['content'] => ({
    text: encryptText('secret', secret),
    parts: [],
  });
  put(sandbox, 'msg-1.json', { ...GOOD, content: text(newKey()) });
  assert.match((await validate()).join(), /^1,.*\n?.*error: content\.text: encrypted with another/);
  const sealed = new Keyring(sandbox.root, { encrypt: true }).seal(GOOD);
  assert.match(sealed.content.text, /^ENC:/);
  put(sandbox, 'msg-1.json', sealed);
  assert.deepEqual(await validate(), [0, 'msg-1.json: valid: ann → ben, verified\n']);

  put(sandbox, 'msg-1.json', GOOD);
  const required = { CC2CC_SIGNATURES: 'require' };
  const { code, stdout } = await cli(sandbox, ['validate', 'msg-1.json'], { env: required });
  assert.equal(code, 1);
  assert.match(stdout, /error: signature: unsigned, and the policy/);
});

test('several files, folders and stdin; it is 0 only if all are valid', async (t) => {
  const sandbox = sandboxFor(t);
  mkdirSync(join(sandbox.work, 'box'));
  put(sandbox, 'box/msg-1.json', GOOD);
  put(sandbox, 'box/msg-2.json', { ...GOOD, id: 'msg-2' });
  put(sandbox, 'box/.tmp-3.json', 'half');
  put(sandbox, 'box/note.txt', 'not looked at');
  const folder = await cli(sandbox, ['validate', '--json', 'box']);
  assert.equal(folder.code, 0);
  const report = JSON.parse(folder.stdout);
  assert.equal(report.valid, true);
  assert.deepEqual(
    report.files.map(({ file, id }: Record<string, string>) => [file, id]),
    [
      ['box/msg-1.json', 'msg-1'],
      ['box/msg-2.json', 'msg-2'],
    ],
  );
  assert.deepEqual(report.files[0].problems[0], {
    level: 'remark',
    field: 'signature',
    line: null,
    column: null,
    text: 'unsigned',
  });
  const piped = await cli(sandbox, ['validate', 'box', '-'], { stdin: '{"id":"msg-3",}' });
  assert.equal(piped.code, 1);
  assert.match(
    piped.stdout,
    /msg-1\.json: valid[^]*msg-2\.json: valid[^]*\n-:1:15: error: not valid/,
  );
  const good = await cli(sandbox, ['validate', '-'], { stdin: encodeMessage(GOOD) });
  assert.deepEqual([good.code, good.stdout.split('\n')[0]], [0, '-: valid: ann → ben, unsigned']);
  const long = await cli(sandbox, ['validate', '-'], { stdin: Buffer.alloc(7_000_000, 0x20) });
  assert.equal(long.code, 1);
  assert.match(long.stderr, /stdin gave more than/);
  const none = await cli(sandbox, ['validate']);
  assert.deepEqual([none.code, none.stdout], [2, '']);
  const broken = await cli(sandbox, ['validate', 'box'], { env: { CC2CC_SIGNATURES: 'maybe' } });
  assert.deepEqual([broken.code, broken.stdout], [2, '']);
  assert.match(broken.stderr, /CC2CC_SIGNATURES/);
});

test('what is no plain file is said to be none, at once', async (t) => {
  const sandbox = sandboxFor(t);
  if (process.platform === 'win32') return t.skip('needs FIFOs and links');
  const at = (name: string): string => join(sandbox.work, name);
  put(sandbox, 'msg-1.json', GOOD);
  symlinkSync('msg-1.json', at('link.json'));
  symlinkSync('loop.json', at('loop.json'));
  symlinkSync('nowhere', at('dangling.json'));
  execFileSync('mkfifo', [at('fifo.json')]);
  put(sandbox, 'sparse.json', '');
  truncateSync(at('sparse.json'), 10 * 1024 ** 3);
  mkdirSync(at('folder.json'));
  const cases: [name: string, code: number, words: RegExp][] = [
    ['link.json', 1, /a symbolic link/],
    ['loop.json', 1, /a symbolic link/],
    ['dangling.json', 1, /a symbolic link/],
    ['fifo.json', 1, /not a regular file/],
    ['sparse.json', 1, /10737418240 bytes, more than/],
    ['missing.json', 1, /no such file/],
    ['msg-1.json/x', 1, /no such file/],
    ['/dev/null', 1, /not a regular file|belongs to user/],
    ['/dev/zero', 1, /not a regular file|belongs to user/],
    ['folder.json', 0, /^$/],
    ['x'.repeat(5000), 1, /cannot be opened: ENAMETOOLONG/],
    ['', 1, /no such file/],
  ];
  for (const [name, code, words] of cases) {
    const result = await cli(sandbox, ['validate', name]);
    const note = name === 'folder.json' ? 'folder.json: no *.json in this folder.\n' : '';
    assert.deepEqual([result.code, result.stderr], [code, note], name);
    assert.match(result.stdout, words, name);
  }
  // As what a folder holds, too.
  const all = await cli(sandbox, ['validate', '.']);
  assert.equal(all.code, 1);
  assert.equal(all.stdout.split('\n').filter((line) => line.includes('error')).length, 6);
});

test('names of files are shown harmless; colours are for screens', async (t) => {
  const sandbox = sandboxFor(t);
  put(sandbox, 'a\u001b[2J\nb.json', 'x');
  const { stdout } = await cli(sandbox, ['validate', '.']);
  assert.equal(stdout, 'a b.json:1:1: error: not valid JSON: expected a value\n');
  const head = await shell(sandbox, 'cc2cc validate . | head -1; exit ${PIPESTATUS[0]}');
  assert.equal(head.code, 1);
  if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
  put(sandbox, 'c.json', 'x');
  const colored = await cliOnTerminal(sandbox, 60, ['validate', 'c.json']);
  // eslint-disable-next-line no-control-regex -- a colour
  assert.match(colored.stdout, /c\.json:1:1: \u001b\[31merror\u001b\[39m: /);
  const plain = await cliOnTerminal(sandbox, 60, ['validate', 'c.json'], { NO_COLOR: '1' });
  assert.match(plain.stdout, /c\.json:1:1: error: /);
});
