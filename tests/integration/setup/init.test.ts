/** `cc2cc init` in a home with other people's settings in it. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readOurHooks } from '../../../scripts/claude/hooks.js';
import { backupOf } from '../../../scripts/claude/settings-file.js';
import { SHIM } from '../../support/agents.js';
import { CC2CC, cli, cliOnTerminal, hasTerminal } from '../../support/cli.js';
import { fakeClient, withoutClient } from '../../support/fake-client.js';
import { sandboxFor } from '../../support/sandbox.js';
import { contentsOf, noteOf, stepsOf, THEIR_SETTINGS, THEIR_STATE } from './support.js';

const QUICK = ['init', '--no-prove', '--json'];
const ADD = `mcp add --scope user cc2cc -- ${process.execPath} ${SHIM}`;

test('all of it, and a second time nothing', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  writeFileSync(client.state, THEIR_STATE, { mode: 0o640 });
  writeFileSync(client.settings, THEIR_SETTINGS);
  const first = await cli(sandbox, ['init', '--yes'], client);
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.match(first.stdout, /^registered +Claude Code/m);
  assert.match(
    first.stdout,
    /^made +hooks ~\/\.claude\/settings\.json: Claude Code skips the whole/m,
  );
  assert.match(first.stdout, /^proven +proof: a file was dropped into the inbox, /m);
  assert.match(first.stdout, /^Then start claude in two terminals and say in one of them: /m);
  assert.deepEqual(client.calls(), [ADD]);
  const { mcpServers, ...others } = JSON.parse(readFileSync(client.state, 'utf8'));
  const theirs = JSON.parse(THEIR_STATE);
  assert.deepEqual(Object.keys(mcpServers), ['other', 'cc2cc']);
  assert.deepEqual(mcpServers.other, theirs.mcpServers.other);
  assert.deepEqual({ ...others, mcpServers: theirs.mcpServers }, theirs);
  assert.equal(readFileSync(backupOf(client.state), 'utf8'), THEIR_STATE);
  assert.equal(statSync(backupOf(client.state)).mode & 0o777, 0o640);
  assert.equal(readFileSync(backupOf(client.settings), 'utf8'), THEIR_SETTINGS);
  assert.deepEqual(readOurHooks(client.settings, CC2CC).lacking, []);

  const before = contentsOf(sandbox.home);
  const second = await cli(sandbox, ['init', '--yes', '--json'], client);
  const { steps, ok, next } = JSON.parse(second.stdout);
  for (const { done } of steps) assert.match(done, /^(?:kept|skipped)$/);
  assert.deepEqual([ok, second.code, next.length > 0], [true, 0, true]);
  assert.deepEqual(contentsOf(sandbox.home), before);
  assert.deepEqual(client.calls(), [ADD]);
});

test('flags leave parts out, and --wait adds the waiter', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const none = await cli(
    sandbox,
    [...QUICK, '--no-register', '--no-hooks', '--no-service'],
    client,
  );
  const { service, hooks, 'Claude Code': registration } = stepsOf(none);
  assert.deepEqual([service, hooks, registration], Array(3).fill('skipped'));
  assert.deepEqual([client.calls(), existsSync(client.settings)], [[], false]);
  const waiting = await cli(sandbox, [...QUICK, '--wait'], client);
  assert.equal(stepsOf(waiting)['hooks'], 'made');
  assert.equal(readOurHooks(client.settings, CC2CC).hooks.length, 7);
});

test('a service that was asked for and cannot be had is a failure, the rest is done', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const result = await cli(sandbox, [...QUICK, '--service'], client);
  assert.equal(result.code, 1);
  assert.deepEqual(
    [stepsOf(result)['service'], stepsOf(result)['Claude Code']],
    ['failed', 'registered'],
  );
});

interface Standing {
  command: string;
  args?: string[];
}

const OLD = ['dist', 'bin', 'cc2cc-shim.cjs'];

for (const [what, make, why] of [
  [
    'another installation',
    (dir: string): Standing => {
      mkdirSync(join(dir, ...OLD.slice(0, -1)), { recursive: true });
      writeFileSync(join(dir, ...OLD), '');
      return { command: process.execPath, args: [join(dir, ...OLD)] };
    },
    /another installation is registered/,
  ],
  ['another server', (): Standing => ({ command: 'cat' }), /another server is registered as cc2cc/],
] as const) {
  test(`${what} stays registered until --replace`, async (t) => {
    const sandbox = sandboxFor(t);
    const client = fakeClient(sandbox);
    const state = JSON.stringify({ mcpServers: { cc2cc: make(sandbox.dir) } });
    writeFileSync(client.state, state);
    const refused = await cli(sandbox, QUICK, client);
    assert.equal(refused.code, 1);
    assert.match(noteOf(refused, 'Claude Code'), why);
    assert.match(noteOf(refused, 'Claude Code'), /cc2cc init --replace/);
    assert.equal(readFileSync(client.state, 'utf8'), state);
    assert.deepEqual(client.calls(), []);
    const replaced = await cli(sandbox, [...QUICK, '--replace'], client);
    assert.equal(stepsOf(replaced)['Claude Code'], 'replaced', replaced.stdout);
    assert.deepEqual(client.calls(), ['mcp remove --scope user cc2cc', ADD]);
    assert.equal(readFileSync(backupOf(client.state), 'utf8'), state);
  });
}

test('what another server is given is told to nobody', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const args = ['mcp-remote', 'https://x.example/mcp?key=hush', '--header', 'Token: hush'];
  const theirs = { command: 'npx', args, env: { API_KEY: 'hush' } };
  writeFileSync(client.state, JSON.stringify({ mcpServers: { cc2cc: theirs } }));
  const runs = [
    await cli(sandbox, QUICK, client),
    await cli(sandbox, ['doctor', '--json'], client),
    await cli(sandbox, ['uninstall', '--dry-run', '--json'], client),
    await cli(sandbox, [...QUICK, '--replace'], client),
  ];
  for (const { stdout, stderr } of runs) assert.doesNotMatch(stdout + stderr, /hush/);
  assert.match(noteOf(runs[0]!, 'Claude Code'), /another server is registered as cc2cc: npx …/);
});

test('a server that had to go and could not be replaced is said to be in the backup', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const state = JSON.stringify({ mcpServers: { cc2cc: { command: 'cat' } } });
  writeFileSync(client.state, state);
  const env = { ...client.env, FAKE_CLAUDE_FAIL: '^mcp add' };
  const result = await cli(sandbox, [...QUICK, '--replace'], { ...client, env });
  assert.match(
    noteOf(result, 'Claude Code'),
    /it is broken today.*What was registered before is in .*\.claude\.json\.cc2cc-backup\./,
  );
  assert.equal(readFileSync(backupOf(client.state), 'utf8'), state);
});

test('what our own server is given goes along to the next registration', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const env = { CC2CC_NAME: 'ann', CC2CC_LANES: 'socket,hook', API_KEY: 'hush' };
  const old = { command: '/gone/node', args: ['/gone/dist/bin/cc2cc-shim.cjs'], env };
  writeFileSync(client.state, JSON.stringify({ mcpServers: { cc2cc: old } }));
  const result = await cli(sandbox, QUICK, client);
  const { mcpServers } = JSON.parse(readFileSync(client.state, 'utf8'));
  assert.deepEqual(mcpServers.cc2cc.env, { CC2CC_NAME: 'ann', CC2CC_LANES: 'socket,hook' });
  assert.match(noteOf(result, 'Claude Code'), /without its variable API_KEY/);
  assert.doesNotMatch(result.stdout, /hush/);
});

test('an installation that is gone is replaced, in registration and hooks', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const old = { command: '/gone/node', args: ['/gone/dist/bin/cc2cc-shim.cjs'] };
  writeFileSync(client.state, JSON.stringify({ mcpServers: { cc2cc: old } }));
  const hook = { type: 'command', command: '/gone/node /gone/dist/bin/cc2cc.cjs hook stop' };
  writeFileSync(client.settings, JSON.stringify({ hooks: { Stop: [{ hooks: [hook] }] } }));
  const result = await cli(sandbox, [...QUICK, '--hooks'], client);
  assert.equal(result.code, 0, result.stdout);
  assert.match(noteOf(result, 'Claude Code'), /instead of \/gone\/.*, which is gone/);
  assert.match(noteOf(result, 'hooks'), /1 of another installation/);
  assert.doesNotMatch(readFileSync(client.settings, 'utf8'), /gone/);
});

test('hooks of another installation that is there stay until --replace', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const other = join(sandbox.dir, 'cc2cc.cjs');
  writeFileSync(other, '');
  const hook = { type: 'command', command: `${process.execPath} ${other} hook stop` };
  const text = JSON.stringify({ hooks: { Stop: [{ hooks: [hook] }] } });
  writeFileSync(client.settings, text);
  const refused = await cli(sandbox, [...QUICK, '--hooks'], client);
  assert.equal(stepsOf(refused)['hooks'], 'failed');
  assert.equal(readFileSync(client.settings, 'utf8'), text);
  const replaced = await cli(sandbox, [...QUICK, '--hooks', '--replace'], client);
  assert.equal(stepsOf(replaced)['hooks'], 'replaced');
});

test('files that cannot be read for certain are left alone, and what to do is said', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  writeFileSync(client.state, '{"mcpServers": ');
  writeFileSync(client.settings, '{"hooks": []}');
  const result = await cli(sandbox, [...QUICK, '--hooks'], client);
  assert.equal(result.code, 1);
  assert.match(noteOf(result, 'Claude Code'), /\.claude\.json: not valid JSON\. .*start claude/);
  assert.match(noteOf(result, 'hooks'), /"hooks" is not an object\. .* by hand: \{"hooks":\{"Sess/);
  assert.equal(readFileSync(client.state, 'utf8'), '{"mcpServers": ');
  assert.deepEqual([client.calls(), JSON.parse(result.stdout).ok], [[], false]);
  assert.ok(existsSync(join(sandbox.root, 'secret.key')));
  writeFileSync(client.settings, '{}');
  chmodSync(client.settings, 0o400);
  assert.match(noteOf(await cli(sandbox, [...QUICK, '--hooks'], client), 'hooks'), /is read-only/);
});

test('a client that fails, and one that does not do what it says', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const failing = { env: { ...client.env, FAKE_CLAUDE_FAIL: 'mcp add' } };
  const failed = await cli(sandbox, QUICK, failing);
  assert.equal(failed.code, 1);
  assert.match(noteOf(failed, 'Claude Code'), /claude did not do it: it is broken today\. Try it/);
  const bin = join(sandbox.dir, 'bin', 'claude');
  writeFileSync(bin, '#!/bin/sh\nexit 0\n');
  const idle = await cli(sandbox, QUICK, client);
  assert.match(noteOf(idle, 'Claude Code'), /claude has said that it registered cc2cc, but/);
});

test('without Claude Code it gives the line, and --register makes that a failure', async (t) => {
  const sandbox = sandboxFor(t);
  const env = withoutClient(sandbox);
  const mild = await cli(sandbox, QUICK, { env });
  assert.deepEqual([mild.code, stepsOf(mild)['Claude Code']], [0, 'skipped']);
  const { next } = JSON.parse(mild.stdout);
  assert.match(
    next.join('\n'),
    /Where there is Claude Code: claude mcp add --scope user cc2cc -- /,
  );
  const strict = await cli(sandbox, [...QUICK, '--register'], { env });
  assert.deepEqual([strict.code, stepsOf(strict)['Claude Code']], [1, 'failed']);
});

test('what the plugin does is not done twice', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  writeFileSync(client.settings, JSON.stringify({ enabledPlugins: { 'cc2cc@cc2cc': true } }));
  const result = await cli(sandbox, [...QUICK, '--yes'], client);
  const { hooks, 'Claude Code': registration } = stepsOf(result);
  assert.deepEqual([hooks, registration, result.code], ['skipped', 'skipped', 0]);
  assert.match(noteOf(result, 'hooks'), /the plugin cc2cc@cc2cc has them/);
  assert.deepEqual(client.calls(), []);
});

test('on a terminal it asks, and does what was answered', async (t) => {
  if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const ask = (typed: string): Promise<{ code: number | null; stdout: string }> =>
    cliOnTerminal(sandbox, 200, ['init', '--no-prove'], client.env, typed);
  const no = await ask('what?\nn\n');
  assert.match(no.stdout, /Add hooks to ~\/\.claude\/settings\.json\?[^]*Please answer y or n\./);
  assert.match(no.stdout, /^skipped +hooks: as you said$/m);
  assert.equal(existsSync(client.settings), false);
  const yes = await ask('\n');
  assert.match(yes.stdout, /^made +hooks /m);
  const again = await ask('');
  assert.doesNotMatch(again.stdout, /\[Y\/n\]/);
  assert.equal(again.code, 0);
});

test('Ctrl-C at a question leaves everything as it was', async (t) => {
  if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  rmSync(join(sandbox.home, '.claude'), { recursive: true });
  const before = contentsOf(sandbox.home);
  for (const key of ['\u0003', '\u0004']) {
    const typed = [{ after: /\[Y\/n\]/, keys: key }];
    const { code, stdout } = await cliOnTerminal(sandbox, 80, ['init'], client.env, typed);
    assert.equal(code, 130);
    assert.match(stdout, /Nothing was done\./);
  }
  assert.deepEqual(contentsOf(sandbox.home), before);
  assert.deepEqual([client.calls(), existsSync(sandbox.root)], [[], false]);
});
