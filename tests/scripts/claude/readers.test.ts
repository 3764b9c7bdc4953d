/** What is read of Claude Code's own files, which may hold anything: never an error, always a word. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { commandWords } from '../../../scripts/claude/command-words.js';
import { readOurHooks } from '../../../scripts/claude/hooks.js';
import { readPlugins } from '../../../scripts/claude/plugin.js';
import { isCurrent, readRegistrations } from '../../../scripts/claude/registration.js';
import { hookSettings } from '../../../scripts/hook/settings.js';
import { CC2CC, SHIM } from '../../../scripts/installed.js';
import { quote } from '../../../scripts/quote.js';
import { tempFolder } from '../../protocol/support/temp-folder.js';

const BROKEN: Record<string, string | Buffer> = {
  'no JSON': '{"mcpServers": {',
  'an array': '[1, 2]',
  'a text': '"cc2cc"',
  'no UTF-8': Buffer.from([0x7b, 0xff, 0x7d]),
  'too deep': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
};

const ODD = [
  '{"mcpServers": [], "projects": 7, "hooks": []}',
  '{"mcpServers": {"cc2cc": null}, "projects": {"/x": null}, "hooks": {"Stop": {}}}',
  '{"mcpServers": {"cc2cc": {"command": 7, "args": "x"}}, "hooks": {"Stop": [null, {"hooks": 1}]}}',
  '{"__proto__": {"mcpServers": {}}, "hooks": {"Stop": [{"hooks": [{"command": []}, 3]}]}}',
];

for (const [what, text] of Object.entries(BROKEN)) {
  test(`${what}: it is said, and nothing is found`, (t) => {
    const file = join(tempFolder(t), 'f.json');
    writeFileSync(file, text);
    const places = { folder: '/none', settings: file, state: file };
    const { found, problems } = readRegistrations({ places, cwd: '/none' });
    assert.deepEqual([found, problems.length], [[], 1]);
    const { state, problem, lacking } = readOurHooks(file);
    assert.deepEqual([state, lacking.length], ['bad', 5]);
    assert.ok(problem?.startsWith(`${file}: `) && problems[0]?.startsWith(`${file}: `));
    assert.deepEqual(readPlugins(file), []);
  });
}

test('odd forms are read as far as they go', (t) => {
  const file = join(tempFolder(t), 'f.json');
  for (const text of ODD) {
    writeFileSync(file, text);
    const places = { folder: '/none', settings: file, state: file };
    const { found } = readRegistrations({ places, cwd: '/none' });
    assert.ok(found.every(({ whose }) => whose === 'foreign'));
    assert.deepEqual(readOurHooks(file).hooks, []);
  }
});

test('folders, links to nowhere and files that are not there', (t) => {
  const folder = tempFolder(t);
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
  assert.equal(readOurHooks(join(folder, 'link')).state, 'missing');
  assert.equal(readOurHooks(join(folder, 'none', 'f.json')).state, 'missing');
  assert.equal(readOurHooks(folder).state, 'bad');
});

test('registrations of all scopes are found, and whose they are', (t) => {
  const folder = tempFolder(t);
  const state = join(folder, 'state.json');
  const other = '/opt/old/dist/bin/cc2cc-shim.cjs';
  writeFileSync(
    state,
    JSON.stringify({
      mcpServers: {
        cc2cc: { type: 'stdio', command: process.execPath, args: [SHIM], env: {} },
        elsewhere: { command: 'npx', args: ['something-else'] },
      },
      projects: {
        '/p': { mcpServers: { mail: { command: '/usr/bin/node', args: [other] } } },
        '/q': { mcpServers: { cc2cc: { type: 'http', url: 'https://example.org' } } },
      },
    }),
  );
  const mcp = { mcpServers: { x: { command: 'cc2cc-shim' } } };
  writeFileSync(join(folder, '.mcp.json'), JSON.stringify(mcp));
  const places = { folder, settings: '', state };
  const { found, problems } = readRegistrations({ places, cwd: folder });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    found.map(({ scope, project, name, whose }) => [scope, project, name, whose]),
    [
      ['user', undefined, 'cc2cc', 'this'],
      ['local', '/p', 'mail', 'other'],
      ['local', '/q', 'cc2cc', 'foreign'],
      ['project', folder, 'x', 'other'],
    ],
  );
  assert.deepEqual(found[1]?.missing, [other]);
  assert.deepEqual(
    found.map((one) => isCurrent(one, process.execPath)),
    [true, false, false, false],
  );
});

test('hooks are found, also behind comments, with what is wrong about them', (t) => {
  const folder = join(tempFolder(t), 'dotfiles');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'real.json'),
    `\ufeff{
  // mine
  "disableAllHooks": true,
  "hooks": {
    "Stop": [
      {"hooks": [{"type": "command", "command": "say done"}]},
      {"hooks": [{"type": "command", "command": "${quote(process.execPath)} ${quote(CC2CC)} hook stop"}]},
      {"hooks": [{"type": "command", "command": "node '/gone away/cc2cc.cjs' hook stop"}]},
    ],
    "PreToolUse": [{"hooks": [{"command": "cc2cc", "args": ["hook", "post-tool-use"]}]}],
    "SessionEnd": [{"hooks": [{"type": "command", "command": "echo cc2cc hook stop; true"}]}]
  }
}`,
  );
  symlinkSync(join(folder, 'real.json'), join(folder, 'settings.json'));
  const { state, hooks, lacking, doubled, disabled, skipped } = readOurHooks(
    join(folder, 'settings.json'),
  );
  assert.deepEqual(
    hooks.map(({ event, word, whose, missing }) => [event, word, whose, missing.length]),
    [
      ['Stop', 'stop', 'this', 0],
      ['Stop', 'stop', 'other', 1],
      ['PreToolUse', 'post-tool-use', 'other', 0],
    ],
  );
  assert.deepEqual(hooks[1]?.path, ['hooks', 'Stop', 2, 'hooks', 0]);
  assert.deepEqual([state, doubled, disabled, skipped], ['read', ['Stop'], true, true]);
  assert.deepEqual(lacking, ['SessionStart', 'UserPromptSubmit', 'PostToolUse', 'SessionEnd']);
});

test('what hook settings prints is found as complete', (t) => {
  const file = join(tempFolder(t), 'settings.json');
  writeFileSync(file, JSON.stringify({ hooks: hookSettings({ wait: true }) }));
  const { hooks, lacking, doubled } = readOurHooks(file);
  assert.deepEqual([hooks.length, lacking, doubled], [7, [], []]);
  assert.ok(hooks.every(({ whose, missing }) => whose === 'this' && missing.length === 0));
});

test('any words that are quoted for a shell are found again', () => {
  const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      assert.deepEqual(commandWords(words.map(quote).join(' '), 'linux'), words);
    }),
  );
  const windows = '"C:\\Program Files\\nodejs\\node.exe" C:/x/cc2cc.cjs hook stop';
  const [node] = commandWords(windows, 'win32') ?? [];
  assert.equal(node, 'C:\\Program Files\\nodejs\\node.exe');
  for (const line of ['a; b', 'a && b', 'a "$(b)"', 'a > b', "a 'b"]) {
    assert.equal(commandWords(line, 'linux'), undefined);
  }
});
