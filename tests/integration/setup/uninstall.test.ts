/** `cc2cc uninstall`: what was installed is gone, and nothing else. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readOurHooks } from '../../../scripts/claude/hooks.js';
import { attachAgent, SHIM } from '../../support/agents.js';
import { CC2CC, cli, cliOnTerminal, hasTerminal } from '../../support/cli.js';
import { daemonPid, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { fakeClient, withoutClient } from '../../support/fake-client.js';
import { dropMessage } from '../../support/files.js';
import { sandboxFor } from '../../support/sandbox.js';
import { contentsOf, noteOf, stepsOf, THEIR_SETTINGS, THEIR_STATE } from './support.js';

const INIT = ['init', '--yes', '--no-prove'];

test('init and uninstall leave the home as it was, with the mail beside it', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  writeFileSync(client.state, THEIR_STATE);
  writeFileSync(client.settings, THEIR_SETTINGS);
  const before = contentsOf(sandbox.home);
  await cli(sandbox, INIT, client);
  await startDaemon(sandbox);
  const gone = await cli(sandbox, ['uninstall', '--json'], client);
  assert.equal(gone.code, 0, gone.stdout + gone.stderr);
  const { 'Claude Code': registration, hooks, daemon, log, 'runtime files': files } = stepsOf(gone);
  assert.deepEqual(
    [registration, hooks, daemon, log, files],
    ['removed', 'removed', 'stopped', 'removed', 'removed'],
  );
  assert.deepEqual(contentsOf(sandbox.home), before);
  for (const folder of ['state', 'run', 'config', 'cache']) {
    const path = join(sandbox.dir, folder);
    assert.deepEqual(existsSync(path) ? readdirSync(path) : [], [], folder);
  }
  assert.ok(existsSync(join(sandbox.root, 'secret.key')));

  const again = await cli(sandbox, ['uninstall', '--json'], client);
  const { 'bridge root': root, ...others } = stepsOf(again);
  assert.deepEqual([root, again.code], ['kept', 0]);
  assert.deepEqual([...new Set(Object.values(others))], ['absent']);
});

test('where there were no settings there are none afterwards', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  await cli(sandbox, INIT, client);
  await cli(sandbox, ['uninstall', '--purge', '--yes'], client);
  assert.equal(existsSync(client.settings), false);
  assert.equal(existsSync(sandbox.root), false);
  assert.deepEqual(JSON.parse(readFileSync(client.state, 'utf8')), { mcpServers: {} });
});

test('--dry-run says the same and changes nothing', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  writeFileSync(client.settings, THEIR_SETTINGS);
  await cli(sandbox, INIT, client);
  const { pid } = await startDaemon(sandbox);
  const before = contentsOf(sandbox.dir);
  const dry = await cli(sandbox, ['uninstall', '--purge', '--dry-run', '--json'], client);
  const after = contentsOf(sandbox.dir);
  for (const path of Object.keys(after).filter((name) => name.endsWith('.log'))) {
    delete after[path];
    delete before[path];
  }
  assert.deepEqual(after, before);
  assert.equal(daemonPid(sandbox), pid);
  const real = await cli(sandbox, ['uninstall', '--purge', '--yes', '--json'], client);
  // That a backup equals the file is only seen when the hooks are out of it.
  assert.deepEqual({ ...stepsOf(dry), backups: 'removed' }, stepsOf(real));
});

test('registrations of all places go, those of others stay', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const ours = { command: process.execPath, args: [SHIM] };
  const living = join(sandbox.dir, 'cc2cc-shim.cjs');
  writeFileSync(living, '');
  const state = {
    mcpServers: {
      mail: ours,
      cc2cc: { command: 'cat' },
      second: { command: 'node', args: [living] },
    },
    projects: { [sandbox.work]: { mcpServers: { cc2cc: ours } } },
  };
  writeFileSync(client.state, JSON.stringify(state));
  writeFileSync(join(sandbox.work, '.mcp.json'), JSON.stringify({ mcpServers: { cc2cc: ours } }));
  const hooks = { Stop: [{ hooks: [{ command: `node ${CC2CC} hook stop` }] }] };
  mkdirSync(join(sandbox.work, '.claude'));
  writeFileSync(join(sandbox.work, '.claude', 'settings.json'), JSON.stringify({ hooks }));
  const result = await cli(sandbox, ['uninstall', '--json'], client);
  assert.equal(result.code, 0, result.stdout);
  assert.deepEqual(client.calls(), [
    'mcp remove --scope user mail',
    'mcp remove --scope local cc2cc',
  ]);
  const left = JSON.parse(result.stdout).left.join('\n');
  assert.match(left, /\.mcp\.json registers cc2cc for .*claude mcp remove --scope project cc2cc/);
  assert.match(left, /registers second, of another installation/);
  assert.match(left, /work\/\.claude\/settings\.json has hooks that run cc2cc/);
  assert.doesNotMatch(left, /cat/);
});

test('the plugin goes by the client', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const plugins = { 'cc2cc@here': true, 'other@there': true };
  const settings = { enabledPlugins: plugins, extraKnownMarketplaces: { cc2cc: {} } };
  writeFileSync(client.settings, JSON.stringify(settings));
  const result = await cli(sandbox, ['uninstall', '--json'], client);
  assert.deepEqual([stepsOf(result)['plugin'], result.code], ['removed', 0]);
  assert.deepEqual(client.calls(), ['plugin uninstall cc2cc@here']);
  const left = JSON.parse(result.stdout).left.join('\n');
  assert.match(left, /claude plugin marketplace remove cc2cc/);
});

test('without the client, or where it fails, the rest goes and the line is said', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  await cli(sandbox, INIT, client);
  for (const env of [withoutClient(sandbox), { ...client.env, FAKE_CLAUDE_FAIL: 'remove' }]) {
    const result = await cli(sandbox, ['uninstall', '--json'], { env });
    assert.deepEqual([result.code, stepsOf(result)['Claude Code']], [1, 'failed']);
    assert.match(noteOf(result, 'Claude Code'), /claude mcp remove --scope user cc2cc/);
  }
  assert.deepEqual(readOurHooks(client.settings, CC2CC).hooks, []);
});

test('settings that are broken are left, and it is said if ours are in them', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  writeFileSync(client.settings, '{"a": ');
  assert.equal(stepsOf(await cli(sandbox, ['uninstall', '--json'], client))['hooks'], 'absent');
  writeFileSync(client.settings, `{"a": "${CC2CC} hook stop"`);
  const result = await cli(sandbox, ['uninstall', '--json'], client);
  assert.match(noteOf(result, 'hooks'), /not valid JSON at line 1.* by hand/);
});

test('attached sessions wait, start no daemon, and get one again when it is installed', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const result = await cli(sandbox, ['uninstall', '--json'], client);
  assert.match(noteOf(result, 'daemon'), /1 attached session is without it now/);
  const { left } = JSON.parse(result.stdout);
  assert.match(left.join('\n'), /\/stopped, which keeps attached sessions from starting/);
  await assert.rejects(ann.call('list_agents'), /stopped on purpose/);
  assert.equal(daemonPid(sandbox), undefined);
  await ann.close();
  const last = await cli(sandbox, ['uninstall', '--json'], client);
  assert.equal(stepsOf(last)['runtime files'], 'removed');
  assert.deepEqual(readdirSync(join(sandbox.dir, 'state')), []);
});

test('--purge removes what is ours in the root, and lists the rest', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  await cli(sandbox, INIT, client);
  dropMessage(sandbox, 'ben');
  const { root, dir } = sandbox;
  const foreign = ['notes.txt', 'ann-to-ben/inbox/old.json', 'to-ben/mine.txt', 'to-Nobody/x'];
  for (const path of foreign) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), 'mine');
  }
  writeFileSync(join(dir, 'far.json'), 'mine');
  symlinkSync(dir, join(root, 'to-cy'));
  symlinkSync(join(dir, 'far.json'), join(root, 'rules.json.1'));
  const refused = await cli(sandbox, ['uninstall', '--purge'], client);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /nobody can be asked.*--purge --yes/);
  const result = await cli(sandbox, ['uninstall', '--purge', '--yes', '--json'], client);
  assert.equal(result.code, 0, result.stdout);
  assert.deepEqual(readdirSync(root).sort(), [
    'ann-to-ben',
    'notes.txt',
    'rules.json.1',
    'to-Nobody',
    'to-ben',
    'to-cy',
  ]);
  assert.deepEqual(readdirSync(join(root, 'to-ben')), ['mine.txt']);
  assert.equal(readFileSync(join(dir, 'far.json'), 'utf8'), 'mine');
  const { left } = JSON.parse(result.stdout);
  assert.equal(left.filter((line: string) => line.endsWith('none of ours')).length, 6);
});

test('--purge refuses what is no bridge root, before anything is done', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  await cli(sandbox, INIT, client);
  const before = contentsOf(sandbox.home);
  writeFileSync(join(sandbox.home, 'secret.key'), 'x');
  for (const root of [sandbox.home, sandbox.work, '/', sandbox.dir]) {
    const env = { ...client.env, CC2CC_BRIDGE_DIR: root };
    const { code, stderr, stdout } = await cli(sandbox, ['uninstall', '--purge', '--yes'], { env });
    assert.deepEqual([code, stdout], [1, ''], root);
    assert.match(stderr, /is not a bridge root: nothing in it is removed/);
  }
  const { 'secret.key': _, ...after } = contentsOf(sandbox.home);
  assert.deepEqual(after, before);
});

test('--purge refuses a root that somebody else uses', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  await cli(sandbox, INIT, client);
  await startDaemon(sandbox, { CC2CC_HOST: 'other' });
  await attachAgent(sandbox, { name: 'far', env: { CC2CC_HOST: 'other' } });
  await until(() => existsSync(join(sandbox.root, 'status', 'far-heartbeat.json')), 'a heartbeat');
  const { code, stderr } = await cli(sandbox, ['uninstall', '--purge', '--yes'], client);
  assert.equal(code, 1);
  assert.match(stderr, /is in use still, by far\. End them first/);
});

test('on a terminal --purge asks, and no means no', async (t) => {
  if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  await cli(sandbox, INIT, client);
  dropMessage(sandbox, 'ben');
  const question =
    /Remove all messages in .*, 1 of them unread, with keys and rules, for good\? \[y\/N\]/;
  const answer = (keys: string): Promise<{ code: number | null }> =>
    cliOnTerminal(sandbox, 200, ['uninstall', '--purge'], client.env, [{ after: question, keys }]);
  for (const keys of ['\r', 'n\r', '\u0003']) {
    assert.equal((await answer(keys)).code, 130);
    assert.ok(existsSync(join(sandbox.root, 'secret.key')));
  }
  assert.equal((await answer('y\r')).code, 0);
  assert.equal(existsSync(sandbox.root), false);
});

test('completion scripts go, others of that name stay', async (t) => {
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const fish = join(sandbox.dir, 'config', 'fish', 'completions', 'cc2cc.fish');
  const zsh = join(sandbox.home, '.zfunc', '_cc2cc');
  for (const path of [fish, zsh]) mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(fish, (await cli(sandbox, ['completion', 'fish'])).stdout);
  writeFileSync(zsh, '#compdef cc2cc\n# mine\n');
  const bash = (await cli(sandbox, ['completion', 'bash'])).stdout;
  writeFileSync(join(sandbox.home, '.bashrc'), `alias x=y\n${bash}`);
  const result = await cli(sandbox, ['uninstall', '--json', '--keep-log'], client);
  assert.match(noteOf(result, 'completion'), /cc2cc\.fish$/);
  assert.deepEqual([existsSync(fish), existsSync(zsh)], [false, true]);
  assert.match(JSON.parse(result.stdout).left.join('\n'), /~\/\.bashrc has the completion script/);
  assert.equal(stepsOf(result)['log'], 'skipped');
});
