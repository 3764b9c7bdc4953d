/** Our hooks go into settings that others wrote and out of them again: not one other byte changes. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readOurHooks } from '../../../scripts/claude/hooks.js';
import { installHooks, uninstallHooks } from '../../../scripts/claude/hooks-file.js';
import { backupOf } from '../../../scripts/claude/settings-file.js';
import { parseSettings } from '../../../scripts/claude/settings-text.js';
import { hookSettings } from '../../../scripts/hook/settings.js';
import { tempFolder } from '../../protocol/support/temp-folder.js';

const ALL = { wait: false, node: process.execPath };
const any = (): boolean => true;

const OTHERS = `{
  // what I like
  "model": "opus", /* best */
  "hooks": {
    "Stop": [
      { "hooks": [{ "type": "command", "command": "say done" }] } // mine
    ],
    "PreToolUse": [
      {
        "matcher": "Bash",
        "hooks": [
          {
            "type": "command",
            "command": "check"
          }
        ]
      }
    ]
  },
  "permissions": { "allow": ["Bash(ls:*)"] }
}
`;

const ZOO: Record<string, string> = {
  'an empty object': '{}',
  'an empty object and a line': '{}\n',
  'an open empty object': '{\n}\n',
  'an object with a blank': '{ }',
  'nothing but a comment': '{\n  // later\n}\n',
  'an empty file': '',
  'white space': ' \n\n',
  'one property': '{\n  "model": "opus"\n}\n',
  'no line break at the end': '{\n  "model": "opus"\n}',
  'comments and hooks of others': OTHERS,
  'windows line breaks': OTHERS.replaceAll('\n', '\r\n'),
  'a byte order mark': `\ufeff${OTHERS}`,
  tabs: OTHERS.replaceAll('  ', '\t'),
  'four blanks': OTHERS.replaceAll('  ', '    '),
  minified:
    '{"model":"opus","hooks":{"Stop":[{"hooks":[{"type":"command","command":"x"}]}]},"env":{}}',
  'minified without hooks': '{"model":"opus"}',
  'one line with blanks': '{ "model": "opus", "hooks": { "Stop": [ ] } }',
  'commas at the end':
    '{\n  "a": 1,\n  "hooks": {\n    "Stop": [\n      {"hooks": []},\n    ],\n  },\n}\n',
  'comment after the last': '{\n  "a": 1, // one\n  "b": 2 // two\n  // the end\n}\n',
  'comment after the last comma': '{\n  "a": 1, // one\n}\n',
  'block comments': '{\n  "a": 1 /* x\n y */ , "b": 2 /* z */\n}\n',
  'empty hooks': '{\n  "hooks": {}\n}\n',
  'empty events': '{\n  "hooks": { "Stop": [], "SessionStart": [\n  ] }\n}\n',
  'the bracket beside the last': '{\n  "a": 1,\n  "b": 2 }',
  'all on the first line': '{ "a": 1,\n  "b": 2\n}',
  'escapes in keys':
    '{\n  "\\u0068ooks": {"Stop": [{"hooks": []}]},\n  "//": "no comment", "/*": "}"\n}\n',
};

/** Of these only a backup can tell how much of what is empty was theirs. */
const AMBIGUOUS = new Set([
  'an empty object',
  'an empty object and a line',
  'an open empty object',
  'an object with a blank',
  'an empty file',
  'white space',
  'one line with blanks',
  'empty hooks',
  'empty events',
]);

for (const [what, text] of Object.entries(ZOO)) {
  for (const backup of ['with', 'without'] as const) {
    test(`${what}, ${backup} a backup`, (t) => {
      const file = join(tempFolder(t), 'settings.json');
      writeFileSync(file, text);
      const value = valueOf(text);
      assert.equal(installHooks(file, ALL).changed, true);
      assert.deepEqual([readOurHooks(file).lacking, readOurHooks(file).doubled], [[], []]);
      assertOnlyAdded(text, readFileSync(file, 'utf8'));
      assert.equal(readFileSync(backupOf(file), 'utf8'), text);
      assert.equal(installHooks(file, ALL).changed, false);
      if (backup === 'without') rmSync(backupOf(file));
      assert.equal(uninstallHooks(file, any), 5);
      if (backup === 'with') assert.equal(readFileSync(file, 'utf8'), text);
      else if (!AMBIGUOUS.has(what)) assert.equal(readFileSync(file, 'utf8'), text);
      else assert.deepEqual(withoutEmpty(valueOf(contentOf(file))), withoutEmpty(value));
      assert.equal(uninstallHooks(file, any), 0);
    });
  }
}

test('where nobody wrote settings there are none afterwards', (t) => {
  const folder = join(tempFolder(t), 'claude');
  const file = join(folder, 'settings.json');
  installHooks(file, ALL);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
    hooks: hookSettings({ wait: false }),
  });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(uninstallHooks(file, any), 5);
  assert.equal(existsSync(folder), false);
});

test('what others changed in between stays', (t) => {
  const file = join(tempFolder(t), 'settings.json');
  writeFileSync(file, OTHERS);
  installHooks(file, ALL);
  const theirs = (text: string): string =>
    text.replace('"opus"', '"sonnet"').replace('"ls:*"', '"ls:*", "cat:*"');
  writeFileSync(file, theirs(readFileSync(file, 'utf8')));
  uninstallHooks(file, any);
  assert.equal(readFileSync(file, 'utf8'), theirs(OTHERS));
});

test('what was written anew in another form is still taken out', (t) => {
  const file = join(tempFolder(t), 'settings.json');
  const value = { a: [1], hooks: { Stop: [{ hooks: [{ type: 'command', command: 'x' }] }] } };
  for (const indent of [0, 1, '\t', 4]) {
    writeFileSync(file, JSON.stringify(value));
    installHooks(file, { ...ALL, wait: true });
    const added = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...added, last: true }, null, indent));
    uninstallHooks(file, any);
    const text = JSON.stringify({ ...value, last: true }, null, indent);
    assert.equal(readFileSync(file, 'utf8'), text);
  }
});

test('a waiter can be added later, and stays when nobody speaks of it', (t) => {
  const file = join(tempFolder(t), 'settings.json');
  writeFileSync(file, OTHERS);
  installHooks(file, ALL);
  assert.equal(installHooks(file, { ...ALL, wait: true }).changed, true);
  const waiting = readFileSync(file, 'utf8');
  assert.equal(readOurHooks(file).hooks.filter(({ word }) => word === 'wait').length, 2);
  installHooks(file, { wait: undefined, node: process.execPath });
  assert.equal(readFileSync(file, 'utf8'), waiting);
  installHooks(file, ALL);
  assert.equal(readOurHooks(file).hooks.length, 5);
  uninstallHooks(file, any);
  assert.equal(readFileSync(file, 'utf8'), OTHERS);
});

test('hooks of an installation that was moved are replaced, doubles go', (t) => {
  const file = join(tempFolder(t), 'settings.json');
  const dead = { type: 'command', command: `'/was here/node' /gone/dist/bin/cc2cc.cjs hook stop` };
  const mine = { type: 'command', command: 'mine' };
  const groups = [{ hooks: [dead, mine] }, { hooks: [dead] }, { hooks: [mine] }];
  writeFileSync(file, JSON.stringify({ hooks: { Stop: groups, PreCompact: [{ hooks: [dead] }] } }));
  assert.deepEqual(installHooks(file, ALL), { changed: true, replaced: 3 });
  const { hooks, lacking, doubled } = readOurHooks(file);
  assert.deepEqual([hooks.length, lacking, doubled], [5, [], []]);
  const now = JSON.parse(readFileSync(file, 'utf8')) as { hooks: Record<string, object[]> };
  assert.deepEqual(now.hooks['Stop']?.slice(0, 2), [{ hooks: [mine] }, { hooks: [mine] }]);
  assert.equal('PreCompact' in now.hooks, false);
});

test('links are written through and stay links; modes stay', (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, 'dotfiles'));
  const real = join(folder, 'dotfiles', 'claude.json');
  const file = join(folder, 'settings.json');
  writeFileSync(real, OTHERS);
  chmodSync(real, 0o640);
  symlinkSync(join('dotfiles', 'claude.json'), file);
  installHooks(file, ALL);
  assert.ok(lstatSync(file).isSymbolicLink());
  assert.equal(statSync(real).mode & 0o777, 0o640);
  assert.equal(statSync(backupOf(file)).mode & 0o777, 0o640);
  uninstallHooks(file, any);
  assert.ok(lstatSync(file).isSymbolicLink());
  assert.equal(readFileSync(real, 'utf8'), OTHERS);
  assert.deepEqual(readdirSync(join(folder, 'dotfiles')), ['claude.json']);
});

const REFUSED: Record<string, { text: string; why: RegExp }> = {
  'no JSON': { text: '{"hooks": {', why: /not valid JSON at line 1, column \d+/ },
  'a list': { text: '[]', why: /not a JSON object/ },
  'hooks that are a list': { text: '{"hooks": []}', why: /"hooks" is not an object/ },
  'an event that is no list': {
    text: '{"hooks": {"Stop": {}}}',
    why: /"Stop", which is not a list/,
  },
  'hooks twice': { text: '{"hooks": {}, "hooks": {}}', why: /has "hooks" twice/ },
  'an event twice': { text: '{"hooks": {"Stop": [], "Stop": []}}', why: /"Stop" twice/ },
};

for (const [what, { text, why }] of Object.entries(REFUSED)) {
  test(`${what}: refused, and nothing is written`, (t) => {
    const folder = tempFolder(t);
    const file = join(folder, 'settings.json');
    writeFileSync(file, text);
    assert.throws(() => installHooks(file, ALL), why);
    assert.equal(readFileSync(file, 'utf8'), text);
    assert.deepEqual(readdirSync(folder), ['settings.json']);
  });
}

test('read-only files and links to nowhere are refused', (t) => {
  const folder = tempFolder(t);
  const file = join(folder, 'settings.json');
  writeFileSync(file, '{}', { mode: 0o444 });
  assert.throws(() => installHooks(file, ALL), /is read-only/);
  assert.equal(readFileSync(file, 'utf8'), '{}');
  rmSync(file);
  symlinkSync(join(folder, 'nowhere'), file);
  assert.throws(() => installHooks(file, ALL), /a link that leads nowhere/);
  assert.deepEqual(readdirSync(folder), ['settings.json']);
});

test('any settings, in any form, are as they were', (t) => {
  const folder = join(tempFolder(t), 'claude');
  const file = join(folder, 'settings.json');
  fc.assert(
    fc.property(settingsText(), fc.boolean(), (text, wait) => {
      const value = valueOf(text);
      mkdirSync(folder, { recursive: true });
      rmSync(backupOf(file), { force: true });
      writeFileSync(file, text);
      installHooks(file, { ...ALL, wait });
      const added = readFileSync(file, 'utf8');
      assertOnlyAdded(text, added);
      const { hooks, lacking, doubled } = readOurHooks(file);
      assert.deepEqual([hooks.length, lacking, doubled], [wait ? 7 : 5, [], []]);
      uninstallHooks(file, any);
      assert.equal(readFileSync(file, 'utf8'), text);
      // The same without knowing what was there.
      rmSync(backupOf(file));
      writeFileSync(file, added);
      uninstallHooks(file, any);
      assert.deepEqual(withoutEmpty(valueOf(contentOf(file))), withoutEmpty(value));
    }),
    { numRuns: 300 },
  );
});

/** Settings with hooks of others at some events, written in one of many styles, with comments. */
function settingsText(): fc.Arbitrary<string> {
  const group = fc.record(
    {
      matcher: fc.constantFrom('Bash', '*'),
      hooks: fc.array(fc.record({ type: fc.constant('command'), command: fc.string() }), {
        maxLength: 2,
      }),
    },
    { requiredKeys: ['hooks'] },
  );
  const event = fc.constantFrom('Stop', 'SessionStart', 'PreToolUse', 'SessionEnd');
  const hooks = fc.dictionary(event, fc.array(group, { maxLength: 3 }), { maxKeys: 3 });
  const rest = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
  const style = fc.record({
    indent: fc.constantFrom(0, 1, 2, 4, '\t'),
    eol: fc.constantFrom('\n', '\r\n'),
    end: fc.constantFrom('', '\n', '\n\n'),
    bom: fc.constantFrom('', '\ufeff'),
    comments: fc.array(fc.constantFrom('', '', ' // c "}', ' /* { */'), { maxLength: 12 }),
    first: fc.boolean(),
  });
  return fc.tuple(rest, fc.option(hooks, { nil: undefined }), style).map(([other, ours, how]) => {
    const { hooks: _, ...others } = other;
    const own = ours === undefined ? {} : { hooks: ours };
    const value = how.first ? { ...own, ...others } : { ...others, ...own };
    const lines = JSON.stringify(value, null, how.indent).split('\n');
    const commented = lines.map((line, nth) => {
      // A line of a pretty text ends between two tokens.
      return nth === lines.length - 1 ? line : line + (how.comments[nth % 12] ?? '');
    });
    return how.bom + commented.join(how.eol) + how.end;
  });
}

/** Each byte of `before` stands in `after`, in this order, and what is between them is ours. */
function assertOnlyAdded(before: string, after: string): void {
  if (before.trim() === '') return;
  let at = 0;
  for (const char of before) {
    at = after.indexOf(char, at) + 1;
    assert.ok(at > 0, `lost in ${JSON.stringify(after)}: ${JSON.stringify(char)}`);
  }
}

function valueOf(text: string): Record<string, unknown> {
  const parsed = parseSettings(Buffer.from(text));
  assert.equal(parsed.kind, 'settings');
  return parsed.kind === 'settings' ? parsed.value : {};
}

function contentOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Without the backup nobody can tell an empty list of theirs from one of ours. */
function withoutEmpty(value: Record<string, unknown>): Record<string, unknown> {
  const { hooks = {}, ...rest } = value;
  const full = Object.entries(hooks as object).filter(([, groups]) => (groups as []).length > 0);
  return full.length === 0 ? rest : { ...rest, hooks: Object.fromEntries(full) };
}
