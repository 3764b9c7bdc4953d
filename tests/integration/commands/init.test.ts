import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseRules } from '../../../mail/rules.js';
import { attachAgent } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { dropMessage } from '../../support/files.js';
import { withoutClient } from '../../support/fake-client.js';
import type { Sandbox } from '../../support/sandbox.js';
import { sandboxFor } from '../mailbox/support/inbox.js';

const ROOT_ONLY = ['init', '--no-register', '--no-prove'];

const fingerprint = (sandbox: Sandbox): string[] =>
  readdirSync(sandbox.root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((file) => {
      const stats = statSync(join(sandbox.root, file));
      return `${file} ${stats.mode.toString(8)} ${stats.ino} ${stats.isFile() ? stats.mtimeMs : ''}`;
    });

test('init makes folder, key and rules, says so, and a second time changes nothing', async (t) => {
  const sandbox = sandboxFor(t);
  const env = withoutClient(sandbox);
  const first = await cli(sandbox, ['init', '--no-prove'], { env });
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stdout,
    /made +bridge root [^]*made +key [^]*made +rules [^]*claude mcp add --scope user cc2cc -- /,
  );
  assert.match(
    first.stdout,
    /skipped +service[^]*skipped +hooks: to add them to .*cc2cc init --hooks/,
  );
  assert.equal(statSync(sandbox.root).mode & 0o777, 0o700);
  const rules = join(sandbox.root, 'rules.json');
  for (const file of ['secret.key', 'rules.json']) {
    assert.equal(statSync(join(sandbox.root, file)).mode & 0o777, 0o600);
  }
  parseRules(readFileSync(rules));
  const before = fingerprint(sandbox);
  const second = await cli(sandbox, ['init', '--json'], { env });
  assert.deepEqual(fingerprint(sandbox), before);
  const { steps } = JSON.parse(second.stdout);
  assert.deepEqual(
    steps.map(({ what, done }: { what: string; done: string }) => [what, done]),
    [
      ['bridge root', 'kept'],
      ['key', 'kept'],
      ['rules', 'kept'],
      ['service', 'skipped'],
      ['Claude Code', 'skipped'],
      ['hooks', 'skipped'],
      ['proof', 'skipped'],
    ],
  );
  assert.equal(existsSync(join(sandbox.home, '.claude')), false);
});

test('init says what is wrong with the rules that are there, and leaves them', async (t) => {
  const sandbox = sandboxFor(t);
  await cli(sandbox, ROOT_ONLY);
  const path = join(sandbox.root, 'rules.json');
  for (const [text, problem] of [
    ['{\n  "senders": {},\n}', /rules\.json: not good: not valid JSON at line 3, column 1: /],
    ['{"sender": {}}', /rules\.json: not good: unknown key "sender"$/m],
  ] as const) {
    writeFileSync(path, text);
    const { code, stdout } = await cli(sandbox, ROOT_ONLY);
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
    await cli(sandbox, ROOT_ONLY);
    const { stdout } = await cli(sandbox, ['init', '--rotate-key']);
    assert.match(stdout, /as long as mail waits that never expires/);
    rmSync(join(sandbox.root, 'to-ben'), { recursive: true });
  }
});
