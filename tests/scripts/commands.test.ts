/** `cc2cc` as a person types it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeHome } from '../shim/support/home.js';
import { CC2CC, runHook } from './hook/support.js';

const CASES: [args: string[], code: number, stdout: RegExp, stderr: RegExp][] = [
  [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
  [['--help'], 0, /^Usage: cc2cc [^]*prove[^]*hook/, /^$/],
  [['help', 'hook'], 0, /^Usage: cc2cc hook/, /^$/],
  [[], 2, /^$/, /^Usage: cc2cc/],
  [['frobnicate'], 2, /^$/, /^cc2cc: unknown command[^]*\nSee: cc2cc --help\n$/],
  [['prove', '--nope'], 2, /^$/, /^cc2cc: unknown option '--nope'\nSee: cc2cc prove --help\n$/],
  [['task', 'show'], 2, /^$/, /^cc2cc: missing [^]*\nSee: cc2cc task show --help\n$/],
  [['status'], 3, /not running[^]*By the files, nobody/, /^$/],
  [['status', 'now'], 2, /^$/, /too many arguments/],
  [['status', '--message', '../x'], 2, /^$/, /is not a message id/],
  [['status', '--message', 'msg-none'], 1, /^There is no message msg-none/, /^$/],
  [['status', '--json', '--message', 'msg-none'], 1, /"state": "unknown"/, /^$/],
  [['hook', '--help'], 0, /^usage: cc2cc hook [^]*settings/, /^$/],
  [['hook'], 1, /^$/, /^usage: cc2cc hook/],
  [['hook', 'PostToolUse'], 1, /^$/, /^usage: cc2cc hook/],
  [['hook', 'stop', 'now'], 1, /^$/, /^usage: cc2cc hook/],
  [['hook', 'wait', '--long'], 1, /^$/, /^usage: cc2cc hook/],
  [['hook', 'settings', '--all'], 1, /^$/, /^usage: cc2cc hook/],
  [['hook', 'stop', '--hook-ms', '5000', '--debug'], 0, /^$/, /^cc2cc hook: /],
  [['hook', '--no-debug', 'stop'], 0, /^$/, /^$/],
  [['hook', 'stop', '--hook-ms', 'long'], 1, /^$/, /^usage: cc2cc hook/],
  [['hook', 'stop', '--rate', '5'], 1, /^$/, /^usage: cc2cc hook/],
];
for (const [args, code, stdout, stderr] of CASES) {
  test(`cc2cc ${args.join(' ')} exits ${code}`, async (t) => {
    const command = [process.execPath, CC2CC] as const;
    const ended = await runHook(t, makeHome(t), args, { command, stdin: '{"session_id":"a"}' });
    assert.equal(ended.code, code);
    assert.match(ended.stdout, stdout);
    assert.match(ended.stderr, stderr);
  });
}

test('a hook that somebody types says what it is for', async (t) => {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' });
  } catch {
    return t.skip('needs script(1) of util-linux, for a terminal');
  }
  const line = `'${process.execPath}' '${CC2CC}' hook stop`;
  const command = ['script', '--quiet', '--return', '--command', line, '/dev/null'] as const;
  const { code, stdout } = await runHook(t, makeHome(t), [], { command });
  assert.equal(code, 2);
  assert.match(stdout, /^usage: cc2cc hook/);
});

test('what hooks and sessions wait for loads nothing but Node’s own and itself', () => {
  const code = readFileSync(CC2CC, 'utf8');
  const required = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
  assert.ok(required.includes('node:net'));
  assert.deepEqual(
    required.filter(
      (name) => !/^(?:node:\w|url$|\.\/(?:cc2cc-settings|program)\.cjs$)/.test(name!),
    ),
    [],
  );
});

test('the commands can be run as the files that the build has made', () => {
  const root = new URL('../../../', import.meta.url);
  const text = readFileSync(new URL('package.json', root), 'utf8');
  const { bin } = JSON.parse(text) as { bin: Record<string, string> };
  for (const path of Object.values(bin)) accessSync(new URL(path, root), constants.X_OK);
});
