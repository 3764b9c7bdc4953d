/** The scripts of `cc2cc completion`, run by the shells themselves. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { cli } from '../support/cli.js';
import { makeSandbox, type Sandbox } from '../support/sandbox.js';

/** What is typed, with the word that is completed at its end, and what is offered. */
const CASES: [words: string[], offered: string[]][] = [
  [['s'], ['send', 'status']],
  [
    ['completion', ''],
    ['bash', 'fish', 'zsh'],
  ],
  [
    ['agents', ''],
    ['brave-fox', 'calm-owl', 'old-one'],
  ],
  [['agents', 'b'], ['brave-fox']],
  [['agents', 'brave-fox', ''], []],
  [['log', '--agent', 'calm'], ['calm-owl']],
  [['log', '--between', 'brave-fox', 'calm'], ['calm-owl']],
  [
    ['log', '--type', ''],
    ['message', 'response', 'status', 'task'],
  ],
  [
    ['log', '--type', 'task', '--s'],
    ['--search', '--since'],
  ],
  [['log', '--search', 'agents', '--un'], ['--until']],
  [['log', '--since', ''], []],
  [
    ['send', '--type', 'task', ''],
    ['brave-fox', 'calm-owl', 'old-one'],
  ],
  [['send', 'brave-fox', ''], []],
  [['status', '--js'], ['--json']],
  [['validate', 'no'], ['note.json']],
];

function sandboxFor(t: TestContext): Sandbox {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  for (const folder of ['to-brave-fox', 'to-calm-owl', 'to-Not a name', 'status', 'agents']) {
    mkdirSync(join(sandbox.root, folder), { recursive: true });
  }
  writeFileSync(join(sandbox.root, 'status', 'old-one-heartbeat.json'), '{}');
  writeFileSync(join(sandbox.work, 'note.json'), '{}');
  return sandbox;
}

/** Asks a shell for each case; `ask` makes the program that prints what is offered, a word a line. */
async function offers(
  t: TestContext,
  shell: string,
  args: readonly string[],
  ask: (script: string, words: readonly string[]) => string,
): Promise<void> {
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' });
  } catch {
    return t.skip(`${shell} is not installed: its completion is NOT tested`);
  }
  const sandbox = sandboxFor(t);
  const { code, stdout } = await cli(sandbox, ['completion', shell]);
  assert.equal(code, 0);
  const script = join(sandbox.dir, `completion.${shell}`);
  writeFileSync(script, stdout);
  for (const [words, offered] of CASES) {
    const options = { env: sandbox.env, cwd: sandbox.work, encoding: 'utf8' } as const;
    const answer = execFileSync(shell, [...args, '-c', ask(script, words)], options);
    const found = [...new Set(answer.split('\n').filter((line) => line !== ''))].sort();
    assert.deepEqual(found, offered, `${shell}: cc2cc ${words.join(' ')}`);
  }
}

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

test('bash', async (t) => {
  const ask = (script: string, words: readonly string[]): string =>
    `source '${script}'; COMP_WORDS=(cc2cc ${quoted(words)}); COMP_CWORD=${words.length};
     compopt() { :; }; _cc2cc; printf '%s\\n' "\${COMPREPLY[@]}"`;
  await offers(t, 'bash', ['--norc', '--noprofile'], ask);
});

test('bash, where it makes three words of one', async (t) => {
  const sandbox = sandboxFor(t);
  const { stdout } = await cli(sandbox, ['completion', 'bash']);
  const script = join(sandbox.dir, 'completion.bash');
  writeFileSync(script, stdout);
  for (const [words, offered] of [
    [['log', '--type', '='], 'message task response status'],
    [['log', '--type', '=', 'r'], 'response'],
    [['log', '--type', '=', 'task', '--agent', '=', 'calm'], 'calm-owl'],
    [['send', '--type', '=', 'task', 'calm'], 'calm-owl'],
  ] as const) {
    const ask = `source '${script}'; COMP_WORDS=(cc2cc ${quoted(words)}); COMP_CWORD=${words.length};
      _cc2cc; echo "\${COMPREPLY[*]}"`;
    const answer = execFileSync('bash', ['-c', ask], { env: sandbox.env, encoding: 'utf8' });
    assert.equal(answer.trim(), offered, words.join(' '));
  }
});

test('zsh', async (t) => {
  // Of its completion system only what the function uses, since there is no line editor here.
  const system = `
    compdef() { :; }
    compset() { PREFIX=\${PREFIX#*=}; }
    compadd() { [[ $1 == -- ]] && shift; print -rl -- \${(M)@:#$PREFIX*}; }
    _describe() { [[ $1 == -o ]] && shift; compadd -- \${\${(P)2}%%:*}; }
    _files() { compadd -- *(N); }`;
  const ask = (script: string, words: readonly string[]): string =>
    `${system}; source '${script}'; words=(cc2cc ${quoted(words)}); CURRENT=${words.length + 1};
     PREFIX='${words.at(-1)}'; _cc2cc`;
  await offers(t, 'zsh', ['-f'], ask);
});

test('fish', async (t) => {
  const ask = (script: string, words: readonly string[]): string =>
    `source '${script}'; complete -C 'cc2cc ${words.join(' ')}' | string replace -r '\\t.*' ''; true`;
  await offers(t, 'fish', ['--no-config'], ask);
});

test('a script for another shell there is not', async (t) => {
  const { code, stdout, stderr } = await cli(sandboxFor(t), ['completion', 'tcsh']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /choices are bash, zsh, fish/);
});
