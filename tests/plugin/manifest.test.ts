/** The plugin's files say what the rest of the project says. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TOOLS } from '../../daemon/mcp/tools/index.js';
import { hookSettings } from '../../scripts/hook/settings.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const json = (path: string): any => JSON.parse(read(path)); // eslint-disable-line @typescript-eslint/no-explicit-any

test('version, name and description are those of the package', () => {
  const { name, version, description, license } = json('package.json');
  const plugin = json('plugin/.claude-plugin/plugin.json');
  assert.deepEqual(
    [plugin.name, plugin.version, plugin.description, plugin.license],
    [name, version, description, license],
  );
});

test('the marketplace has the plugin, and leaves the version to it', () => {
  const { name, plugins } = json('.claude-plugin/marketplace.json');
  assert.equal(name, 'cc2cc');
  assert.equal(plugins.length, 1);
  assert.equal(plugins[0].name, 'cc2cc');
  assert.equal(plugins[0].version, undefined);
  assert.ok(existsSync(join(PROJECT, plugins[0].source, '.claude-plugin/plugin.json')));
});

test('the hooks are those of `cc2cc hook settings`', () => {
  const launch = 'node "${CLAUDE_PLUGIN_ROOT}/launch.cjs"';
  const wanted = Object.entries(hookSettings({ wait: false })).map(([event, groups]) => {
    const hooks = groups[0]!.hooks.map((hook) => ({
      ...hook,
      command: hook.command.replace(/^.* hook /, `${launch} hook `),
    }));
    return [event, [{ hooks }]];
  });
  assert.deepEqual(json('plugin/hooks/hooks.json').hooks, Object.fromEntries(wanted));
});

test('the skill names tools that there are', () => {
  const names = TOOLS.map(({ name }) => name);
  const text = read('plugin/skills/messages/SKILL.md');
  const named = [...text.matchAll(/`([a-z]+(?:_[a-z]+)*)`/g)].map(([, word]) => word!);
  const others = ['msg_id'];
  assert.deepEqual(
    named.filter((word) => !names.includes(word) && !others.includes(word)),
    [],
  );
  assert.ok(named.length > 10);
});

test('the oldest Node that the launcher takes is that of the package', () => {
  const [, major, minor] = /OLDEST = \[(\d+), (\d+)\]/.exec(read('plugin/launch.cjs')) ?? [];
  assert.equal(json('package.json').engines.node, `>=${major}.${minor}.0`);
});
