/** How doctor looks on a screen, in a pipe and as JSON. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { widthOf } from '../../../protocol/text-width.js';
import { CHECKS } from '../../../scripts/doctor/table.js';
import { cli, cliOnTerminal, hasTerminal } from '../../support/cli.js';
import type { Sandbox } from '../../support/sandbox.js';
import { healthyHome, pathOf } from './support.js';

// eslint-disable-next-line no-control-regex -- what must not be there
const ESCAPES = /\u001b/;

/** Warnings, a failure, and what is skipped. */
function breakSome(sandbox: Sandbox): void {
  rmSync(join(sandbox.root, 'leases'), { recursive: true });
  chmodSync(join(sandbox.root, 'rules.json'), 0o644);
  mkdirSync(sandbox.hostPaths().rendezvous, { recursive: true, mode: 0o700 });
}

test('one line a check in a pipe, aligned, with what mends it below', async (t) => {
  const sandbox = await healthyHome(t);
  breakSome(sandbox);
  const { code, stdout, stderr } = await cli(sandbox, ['doctor'], {
    env: { PATH: pathOf(sandbox) },
  });
  assert.deepEqual([code, stderr], [1, '']);
  assert.doesNotMatch(stdout, ESCAPES);
  const lines = stdout.trimEnd().split('\n');
  const heads = lines.filter((line) => /^(?:ok|warn|fail|skip) /.test(line));
  assert.deepEqual(
    heads.map((line) => line.slice(6, 25).trim()),
    CHECKS.map(({ title }) => title),
  );
  assert.match(stdout, /^warn {2}Modes {15,}1 file.*\n {27}~?.*rules\.json: 0644\n {27}-> cc2cc/m);
  assert.match(
    lines.at(-1) ?? '',
    /^\d+ ok, \d+ warnings?, \d+ failures?, \d+ skipped\. cc2cc doctor --fix mends 2\.$/,
  );
  // Of what is well, only the line.
  const others = lines.slice(0, -2).filter((line) => !heads.includes(line));
  for (const line of others) assert.match(line, /^ {27}\S/);
});

for (const width of [20, 40, 59, 60, 80, 200]) {
  test(`it fits a screen of ${width} columns`, async (t) => {
    if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
    const sandbox = await healthyHome(t);
    breakSome(sandbox);
    const plain = await cliOnTerminal(sandbox, width, ['doctor'], { NO_COLOR: '1' });
    assert.equal(plain.code, 1, plain.stdout);
    assert.doesNotMatch(plain.stdout, ESCAPES);
    for (const line of plain.stdout.split('\n')) assert.ok(widthOf(line) <= width, line);
    for (const { title } of CHECKS) {
      if (width > 30) assert.ok(plain.stdout.includes(title), title);
    }
    const colored = await cliOnTerminal(sandbox, width, ['doctor']);
    assert.ok(colored.stdout.includes('\u001b[31mfail'));
  });
}

test('--fix says first what it did', async (t) => {
  const sandbox = await healthyHome(t);
  rmSync(join(sandbox.root, 'leases'), { recursive: true });
  const { code, stdout } = await cli(sandbox, ['doctor', '--fix']);
  assert.equal(code, 0);
  assert.match(stdout, /^mended {2}made .*leases\n\nok /);
  const again = await cli(sandbox, ['doctor', '--fix']);
  assert.match(again.stdout, /^Nothing was there to mend\.\n\nok /);
});

test('what --fix cannot do is said, and the rest is done', async (t) => {
  if (process.getuid?.() === 0) return t.skip('root may write everywhere');
  const sandbox = await healthyHome(t);
  breakSome(sandbox);
  chmodSync(sandbox.root, 0o500);
  t.after(() => {
    chmodSync(sandbox.root, 0o700);
  });
  const { code, stdout } = await cli(sandbox, ['doctor', '--fix']);
  assert.equal(code, 1);
  assert.match(stdout, /^failed {2}root: .*\n[^]*mended {2}.*rules\.json: 0644 to 0600/m);
});

for (const args of [['--fixx'], ['now'], ['--worker'], ['--worker', 'x'], ['--worker', '{}']]) {
  test(`doctor ${args.join(' ')} is wrong usage`, async (t) => {
    const sandbox = await healthyHome(t);
    const { code, stdout, stderr } = await cli(sandbox, ['doctor', ...args]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^cc2cc: /);
  });
}

test('a broken configuration keeps doctor from nothing', async (t) => {
  const sandbox = await healthyHome(t);
  const { config } = sandbox.hostPaths();
  mkdirSync(join(config, '..'), { recursive: true });
  writeFileSync(config, '{"host": 7}');
  const { code, stdout } = await cli(sandbox, ['doctor'], {
    env: { PATH: pathOf(sandbox) },
  });
  assert.equal(code, 1);
  assert.match(stdout, /^fail {2}Settings .*host/m);
  assert.match(stdout, /^skip {2}State folder .*see "Settings"$/m);
});
