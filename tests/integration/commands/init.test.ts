import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseRules } from '../../../mail/rules.js';
import { attachAgent } from '../../support/agents.js';
import { CC2CC, cli } from '../../support/cli.js';
import { dropMessage } from '../../support/files.js';
import { SHIM } from '../../support/agents.js';
import type { Sandbox } from '../../support/sandbox.js';
import { sandboxFor } from '../mailbox/support/inbox.js';

const fingerprint = (sandbox: Sandbox): string[] =>
  readdirSync(sandbox.root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((file) => {
      const stats = statSync(join(sandbox.root, file));
      return `${file} ${stats.mode.toString(8)} ${stats.ino} ${stats.isFile() ? stats.mtimeMs : ''}`;
    });

test('init makes folder, key and rules, says so, and a second time changes nothing', async (t) => {
  const sandbox = sandboxFor(t);
  const first = await cli(sandbox, ['init']);
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stdout,
    /made +bridge root [^]*made +key [^]*made +rules [^]*claude mcp add --scope user cc2cc -- /,
  );
  assert.equal(statSync(sandbox.root).mode & 0o777, 0o700);
  const rules = join(sandbox.root, 'rules.json');
  for (const file of ['secret.key', 'rules.json']) {
    assert.equal(statSync(join(sandbox.root, file)).mode & 0o777, 0o600);
  }
  parseRules(readFileSync(rules));
  const before = fingerprint(sandbox);
  const second = await cli(sandbox, ['init', '--json']);
  assert.deepEqual(fingerprint(sandbox), before);
  const { steps } = JSON.parse(second.stdout);
  assert.deepEqual(
    steps.map(({ what, done }: { what: string; done: string }) => [what, done]),
    [
      ['bridge root', 'kept'],
      ['key', 'kept'],
      ['rules', 'kept'],
    ],
  );
});

test('init says what is wrong with the rules that are there, and leaves them', async (t) => {
  const sandbox = sandboxFor(t);
  await cli(sandbox, ['init']);
  const path = join(sandbox.root, 'rules.json');
  for (const [text, problem] of [
    ['{\n  "senders": {},\n}', /rules\.json: not good: not valid JSON at line 3, column 1: /],
    ['{"sender": {}}', /rules\.json: not good: unknown key "sender"$/m],
  ] as const) {
    writeFileSync(path, text);
    const { code, stdout } = await cli(sandbox, ['init']);
    assert.equal(code, 0);
    assert.match(stdout, problem);
    assert.equal(readFileSync(path, 'utf8'), text);
  }
});

test('--rotate-key makes a new key, and what waits is good as long as it may wait', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  dropMessage(sandbox, 'ben');
  await cli(sandbox, ['send', 'ann', 'before', '--ttl', '10d', '--from', 'cy']);
  const key = readFileSync(join(sandbox.root, 'secret.key'), 'utf8');
  const { code, stdout } = await cli(sandbox, ['init', '--rotate-key']);
  assert.equal(code, 0);
  assert.match(stdout, /replaced +key .*honoured until /);
  assert.notEqual(readFileSync(join(sandbox.root, 'secret.key'), 'utf8'), key);
  const [former] = JSON.parse(readFileSync(join(sandbox.root, 'secret.key.former.json'), 'utf8'));
  assert.equal(former.key, key.trim());
  assert.ok(Date.parse(former.until) - Date.now() > 9.9 * 86_400_000);
  assert.doesNotMatch(stdout, new RegExp(key.trim()));
  await cli(sandbox, ['send', 'ann', 'after', '--from', 'cy']);
  const read = await ann.call('check_inbox');
  assert.equal(read.text.match(/, verified$/gm)?.length, 2);
});

test('mail that never expires keeps the old key good', async (t) => {
  const sandbox = sandboxFor(t);
  // The second one expires after the last date that there is.
  for (const ttl of [0, 1e300]) {
    dropMessage(sandbox, 'ben', { ttl });
    await cli(sandbox, ['init']);
    const { stdout } = await cli(sandbox, ['init', '--rotate-key']);
    assert.match(stdout, /as long as mail waits that never expires/);
    rmSync(join(sandbox.root, 'to-ben'), { recursive: true });
  }
});

/** A `claude` that notes how it is called. */
function fakeClaude(
  sandbox: Sandbox,
  registered: string,
): { env: { PATH: string }; calls: () => string[] } {
  const bin = join(sandbox.dir, 'bin');
  const log = join(sandbox.dir, 'claude.log');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'claude'),
    `#!/bin/sh\necho "$@" >> '${log}'\nif [ "$2" = get ]; then ${registered}; fi\n`,
  );
  chmodSync(join(bin, 'claude'), 0o755);
  return {
    env: { PATH: `${bin}:${process.env['PATH']}` },
    calls: () => readFileSync(log, 'utf8').trim().split('\n'),
  };
}

test('--register registers the shim with Claude Code', async (t) => {
  const sandbox = sandboxFor(t);
  const { env, calls } = fakeClaude(sandbox, 'exit 1');
  const { code, stdout } = await cli(sandbox, ['init', '--register'], { env });
  assert.equal(code, 0);
  assert.match(stdout, /registered +Claude Code/);
  assert.equal(calls()[1], `mcp add --scope user cc2cc -- ${process.execPath} ${SHIM}`);
});

test('--register leaves what is registered, and says whether it is ours', async (t) => {
  const sandbox = sandboxFor(t);
  const ours = fakeClaude(sandbox, `echo '  Args: ${SHIM}'`);
  const again = await cli(sandbox, ['init', '--register'], { env: ours.env });
  assert.deepEqual([again.code, ours.calls().length], [0, 1]);
  assert.match(again.stdout, /kept +Claude Code: it was registered already/);
  const other = sandboxFor(t);
  const theirs = fakeClaude(other, 'echo "  Args: /other/server.js"');
  const refused = await cli(other, ['init', '--register'], { env: theirs.env });
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /failed +Claude Code: another server/);
  assert.equal(theirs.calls().length, 1);
});

test('--register without Claude Code gives the line to type, and the rest is done', async (t) => {
  const sandbox = sandboxFor(t);
  const empty = join(sandbox.dir, 'empty');
  mkdirSync(empty);
  const { code, stdout } = await cli(sandbox, ['init', '--register'], { env: { PATH: empty } });
  assert.equal(code, 1);
  assert.match(stdout, /no command claude; where there is: claude mcp add/);
  assert.ok(existsSync(join(sandbox.root, 'secret.key')));
  assert.ok(existsSync(CC2CC));
});
