/** The plugin in the real client: one step to install, no doubles, and nothing left. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callDaemon } from '../../protocol/control.js';
import { SHIM } from '../support/agents.js';
import { until } from '../support/events.js';
import { processesOf } from '../support/processes.js';
import type { Extras } from '../support/sandbox.js';
import { claudeTest, type World } from './support/world.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** What the plugin may cost every session, and once more where its skill is used. */
const ALWAYS_TOKENS = 80;
const SKILL_TOKENS = 500;

async function ok(world: World, args: readonly string[], env: Extras = {}): Promise<string> {
  const { code, stdout, stderr } = await world.run('ann', args, { env });
  assert.equal(code, 0, `claude ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

async function installPlugin(world: World): Promise<void> {
  await ok(world, ['plugin', 'marketplace', 'add', PROJECT]);
  await ok(world, ['plugin', 'install', 'cc2cc']);
}

async function removeRegistration(world: World): Promise<void> {
  await ok(world, ['mcp', 'remove', '--scope', 'user', 'cc2cc']);
}

claudeTest('the client finds no fault with plugin and marketplace', async (world) => {
  for (const path of [PROJECT, join(PROJECT, 'plugin')]) {
    assert.match(await ok(world, ['plugin', 'validate', '--strict', path]), /Validation passed/);
  }
});

claudeTest('one step brings server, hooks and skill; another takes them away', async (world) => {
  const { sandbox } = world;
  await removeRegistration(world);
  const settings = join(sandbox.home, '.claude', 'settings.json');
  const before = existsSync(settings) ? readFileSync(settings, 'utf8') : '{}';
  await installPlugin(world);

  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const list = JSON.parse(await ok(world, ['plugin', 'list', '--json'])) as { id: string }[];
  assert.deepEqual(
    list.map(({ id }) => id),
    ['cc2cc@cc2cc'],
  );
  assert.match(
    JSON.stringify(list),
    new RegExp(`"version":"${version}","scope":"user","enabled":true`),
  );
  assert.match(await ok(world, ['mcp', 'list']), /^plugin:cc2cc:cc2cc: .*Connected$/m);

  // Without an API it estimates; the fake one would tell the same number of all.
  const details = await ok(world, ['plugin', 'details', 'cc2cc'], {
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
  });
  assert.match(
    details,
    /Hooks \(5\) {2}SessionStart, UserPromptSubmit, PostToolUse, Stop, SessionEnd/,
  );
  assert.match(details, /MCP servers \(1\) {2}cc2cc/);
  const [, always] = /Always-on: +~(\d+) tok/.exec(details) ?? [];
  const [, invoked] = /^ +messages +\S+ +[~<] ?(\d+)$/m.exec(details) ?? [];
  assert.ok(Number(always) > 0 && Number(always) <= ALWAYS_TOKENS, details);
  assert.ok(Number(invoked) > 0 && Number(invoked) <= SKILL_TOKENS, details);
  await ok(world, ['plugin', 'update', 'cc2cc']);

  await ok(world, ['plugin', 'uninstall', 'cc2cc']);
  await ok(world, ['plugin', 'marketplace', 'remove', 'cc2cc']);
  assert.doesNotMatch(await ok(world, ['mcp', 'list']), /cc2cc/);
  assert.doesNotMatch(readFileSync(settings, 'utf8'), /cc2cc/);
  assert.doesNotMatch(before, /cc2cc/);
  // What the client keeps in its cache for a while it has marked as orphaned.
  const cached = join(sandbox.home, '.claude/plugins/cache/cc2cc/cc2cc', version);
  assert.ok(!existsSync(cached) || existsSync(join(cached, '.orphaned_at')));
});

claudeTest('a session with the plugin alone talks to a registered one', async (world) => {
  const { start, online } = world;
  const ben = await start('ben');
  await installPlugin(world);
  await removeRegistration(world);
  const ann = await start('ann', { plugin: true });
  const sent = await ann.call('send', { to: 'ben', text: 'the word is otter' });
  assert.match(sent.text, /^Accepted msg-/);
  const { text } = await ben.model.given(/^> the word is otter$/m);
  const [, id] = /^\[(msg-[\w-]+)\] from ann/m.exec(text) ?? [];
  await ben.idle();
  await ben.call('reply', { msg_id: id, text: 'heard' });
  await ann.model.given(/^> heard$/m);
  const { agents } = await callDaemon(world.sandbox.hostPaths(), 'status', {});
  // The hooks of the plugin have reported what came.
  assert.equal(agents.find(({ name }) => name === 'ann')?.lastEvidence?.evidence, 'hook');
  assert.deepEqual((await online()).sort(), ['ann', 'ben']);
  assert.match(JSON.stringify(ann.model.turns[0]?.body), /cc2cc:messages/); // the skill is offered
});

claudeTest('server and hooks twice: one agent, each message once', async (world) => {
  const { start, online, sandbox } = world;
  await installPlugin(world);
  const { hookSettings } = await import('../../scripts/hook/settings.js');
  const settings = { hooks: hookSettings({ wait: false }) };
  const ann = await start('ann', { settings });
  await until(() => ann.connections('plugin:cc2cc:cc2cc') > 0, 'the other connection', 20_000);
  const ben = await start('ben');
  assert.deepEqual((await online()).sort(), ['ann', 'ben']);
  const { text: who } = await ann.call('whoami');
  assert.match(who, /You are "ann"/);
  const second = await ann.call('mcp__plugin_cc2cc_cc2cc__whoami');
  assert.ok(second.isError, second.text);

  await ben.call('send', { to: 'ann', text: 'only once, please' });
  await ann.model.given(/^> only once, please$/m);
  await ann.idle();
  await ben.call('send', { to: 'ann', text: 'and a second one' });
  await ann.model.given(/^> and a second one$/m);
  await ann.idle();
  const last = JSON.stringify(ann.model.turns.at(-1)?.body);
  for (const words of ['only once, please', 'and a second one']) {
    assert.equal(last.split(words).length - 1, 1, words);
  }
  assert.ok(!existsSync(join(sandbox.root, 'to-ann-2')));
});

claudeTest('the server of the plugin takes over from a registered one that ends', async (world) => {
  const { start, online, sandbox } = world;
  await installPlugin(world);
  const ann = await start('ann');
  await until(() => ann.connections('plugin:cc2cc:cc2cc') > 0, 'the other connection', 20_000);
  const [registered = 0] = processesOf(sandbox.env, SHIM);
  process.kill(registered, 'SIGTERM'); // of the sandbox, and alive a moment ago
  // The client has heard of the tools when the model can call them.
  await until(
    async () => {
      const { text, isError } = await ann.call('mcp__plugin_cc2cc_cc2cc__whoami');
      return !isError && text.includes('You are "ann"');
    },
    'tools of the plugin',
    60_000,
  );
  assert.deepEqual(await online(), ['ann']);
});
