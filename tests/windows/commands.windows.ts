/** `cc2cc` on Windows: by files, by the daemon, and through the wrappers that npm makes. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { quote } from '../../scripts/quote.js';
import { CC2CC, cli } from '../support/cli.js';
import { DAEMON } from '../support/daemon.js';
import { mailboxOf, stageMessage } from '../support/files.js';
import { awkwardSandbox } from './support/home.js';
import { cmd } from './support/run.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** What npm writes beside node_modules for a program that is installed globally. */
function npmWrapper(script: string): string {
  return [
    '@ECHO off',
    'GOTO start',
    ':find_dp0',
    'SET dp0=%~dp0',
    'EXIT /b',
    ':start',
    'SETLOCAL',
    'CALL :find_dp0',
    '',
    'IF EXIST "%dp0%\\node.exe" (',
    '  SET "_prog=%dp0%\\node.exe"',
    ') ELSE (',
    '  SET "_prog=node"',
    '  SET PATHEXT=%PATHEXT:;.JS;=;%',
    ')',
    '',
    // There a trick follows that keeps cmd.exe from asking at Ctrl-C; Wine's does not know it.
    `endLocal & "%_prog%"  "${script}" %*`,
    '',
  ].join('\r\n');
}

/** Wrappers where npm puts them; undefined where the project was not installed by npm. */
function wrappers(): string | undefined {
  const modules = join(PROJECT, '..');
  if (basename(modules) !== 'node_modules') return undefined;
  const bin = join(modules, '..');
  for (const [name, script] of Object.entries({ cc2cc: CC2CC, 'cc2cc-daemon': DAEMON })) {
    writeFileSync(join(bin, `${name}.cmd`), npmWrapper(`%dp0%\\${relative(bin, script)}`));
  }
  return bin;
}

test('without a daemon: init, send, status, receive, log and validate work by the files', async (t) => {
  const sandbox = awkwardSandbox(t);
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli(sandbox, args);
    assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  assert.match(await ok('init'), /secret\.key/);
  stageMessage(sandbox, 'ben').drop();
  assert.match(await ok('send', 'ben', 'gr\u00fc\u00df dich', '--from', 'ann'), /msg-/);
  const status = await cli(sandbox, ['status']);
  assert.equal(status.code, 3, status.stderr);
  assert.match(status.stdout, /ben/);
  assert.match(await ok('validate', mailboxOf(sandbox, 'ben').inbox), /valid/);
  assert.match(await ok('receive', 'ben'), /gr\u00fc\u00df dich/);
  assert.match(await ok('log'), /gr\u00fc\u00df dich/);
  assert.match(await ok('cleanup', '--dry-run'), /\w/);
});

test('the wrappers of npm hand on arguments and exit codes, with blanks in all paths', async (t) => {
  const bin = wrappers();
  if (bin === undefined) return t.skip('needs the project below node_modules');
  const sandbox = awkwardSandbox(t);
  const node = join(process.execPath, '..');
  const env = { PATH: `${bin};${node};${process.env['PATH']}` };
  const version = await cmd(sandbox, 'cc2cc --version', env);
  assert.match(version.stdout, /^\d+\.\d+\.\d+/, version.stderr);
  stageMessage(sandbox, 'ben').drop();
  const sent = await cmd(sandbox, 'cc2cc send ben "two words" --from ann', env);
  assert.match(sent.stdout, /msg-/, sent.stderr);
  assert.equal((await cmd(sandbox, 'cc2cc-daemon status', env)).code, 3);
  assert.equal((await cmd(sandbox, 'cc2cc no-such-command', env)).code, 2);
});

test('a line that we print can be pasted into cmd.exe', async (t) => {
  const sandbox = awkwardSandbox(t);
  const line = `${quote(process.execPath)} ${quote(DAEMON)} status`;
  const { code, stdout } = await cmd(sandbox, line);
  assert.equal(code, 3, stdout);
  assert.match(stdout, /not running/);
});

test('a hook ends at once and well where no daemon runs', async (t) => {
  const sandbox = awkwardSandbox(t);
  const input = { hook_event_name: 'UserPromptSubmit', session_id: 'x', prompt: 'hello' };
  const { code, stdout } = await cli(sandbox, ['hook', 'user-prompt-submit'], {
    stdin: JSON.stringify(input),
  });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
});
