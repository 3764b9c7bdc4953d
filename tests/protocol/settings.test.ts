/** The table of all settings, and that the documentation tells it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LANES } from '../../mail/delivery.js';
import { SETTING_KEYS, settingOf } from '../../protocol/settings/all.js';
import { expectation, fits, fromText, type SettingType } from '../../protocol/settings/setting.js';
import { settingsTable } from '../support/settings-table.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const DOCUMENT = join(PROJECT, 'docs/CONFIGURATION.md');
const PLACE = /(<!-- settings: [^\n]* -->\n)([^]*?)(<!-- \/settings -->)/;

/** Of the tests and their client; nobody else reads them. */
const NOT_SETTINGS = /^CC2CC_(?:TEST|CLAUDE_\w+|NODES_DIR|WINDOWS_NODE)$/;

test('docs/CONFIGURATION.md has the table of the settings', () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  const table = `\n${settingsTable()}\n\n`;
  if (process.env['WRITE_DOCS'] === '1') {
    writeFileSync(
      DOCUMENT,
      text.replace(PLACE, (_, begin: string, _old, end: string) => `${begin}${table}${end}`),
    );
    return;
  }
  assert.equal(PLACE.exec(text)?.[2], table, 'write it: WRITE_DOCS=1 npm test -- settings');
});

test('every variable that the sources and pages name is a setting', () => {
  const known = new Set(SETTING_KEYS.flatMap((key) => [...settingOf(key).variables]));
  const document = readFileSync(DOCUMENT, 'utf8');
  for (const [file, text] of sources()) {
    for (const [variable] of text.matchAll(/\bCC2CC_[A-Z][A-Z_]*[A-Z]\b/g)) {
      if (NOT_SETTINGS.test(variable)) continue;
      assert.ok(known.has(variable), `${file} names ${variable}, which is no setting`);
      assert.ok(document.includes(`\`${variable}\``), `${variable} is not documented`);
    }
  }
});

test('no two settings share a flag or a variable, and each name follows from the key', () => {
  const flags = SETTING_KEYS.map((key) => settingOf(key).flag);
  const variables = SETTING_KEYS.flatMap((key) => settingOf(key).variables);
  assert.equal(new Set(flags).size, flags.length);
  assert.equal(new Set(variables).size, variables.length);
  for (const key of SETTING_KEYS) {
    const words = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    assert.equal(settingOf(key).flag, `--${words}`);
    assert.equal(settingOf(key).variables[0], `CC2CC_${words.replaceAll('-', '_').toUpperCase()}`);
  }
});

test('every default fits, and where there is none it is said what happens', () => {
  for (const key of SETTING_KEYS) {
    const { type, default: value, otherwise } = settingOf(key);
    if (value === undefined) assert.ok(otherwise, key);
    else assert.ok(fits(type, value), key);
  }
});

test('the lanes are those of the deliveries', () => {
  const { type } = settingOf('lanes');
  assert.deepEqual(type.kind === 'words' ? [...type.of].sort() : [], [...LANES].sort());
});

const SWITCH: SettingType = { kind: 'switch' };
const WORDS: SettingType = { kind: 'words', of: ['hook', 'tool'] };
const RATE: SettingType = { kind: 'number', above: 0, off: true };
const COUNT: SettingType = { kind: 'number', whole: true, min: 20, max: 100 };
const DAYS: SettingType = { kind: 'number', min: 0 };
const PATH: SettingType = { kind: 'path' };

const TEXTS: [type: SettingType, text: string, value: unknown][] = [
  ...['1', 'on', 'true'].map((text): [SettingType, string, unknown] => [SWITCH, text, true]),
  ...['0', 'off', 'false'].map((text): [SettingType, string, unknown] => [SWITCH, text, false]),
  ...['yes', '2', ' 1', 'TRUE'].map((text): [SettingType, string, unknown] => [
    SWITCH,
    text,
    undefined,
  ]),
  [WORDS, 'hook', 'hook'],
  [WORDS, 'tool, hook', 'tool, hook'],
  [WORDS, 'tool,horn', undefined],
  [WORDS, ',', undefined],
  [RATE, 'off', 'off'],
  [RATE, '0.5', 0.5],
  [RATE, '0', undefined],
  [RATE, 'on', undefined],
  [COUNT, '20', 20],
  [COUNT, '100', 100],
  [COUNT, '19', undefined],
  [COUNT, '101', undefined],
  [COUNT, '20.5', undefined],
  [DAYS, '0', 0],
  [DAYS, '-1', undefined],
  [DAYS, '1e3', undefined],
  [DAYS, '0x10', undefined],
  [DAYS, '9'.repeat(400), undefined],
  [DAYS, ' ', undefined],
  [PATH, '~', '~'],
  [PATH, '~/post', '~/post'],
  [PATH, '/post', '/post'],
  [PATH, 'post', undefined],
  [PATH, '~me/post', undefined],
];

for (const [type, text, value] of TEXTS) {
  const end = value === undefined ? 'is refused' : `is ${JSON.stringify(value)}`;
  test(`as ${expectation(type)}, ${JSON.stringify(text.slice(0, 20))} ${end}`, () => {
    const found = fromText(type, text);
    assert.equal(fits(type, found) ? found : undefined, value);
  });
}

test('values of the wrong kind never fit', () => {
  for (const type of SETTING_KEYS.map((key) => settingOf(key).type)) {
    for (const value of [null, undefined, [], {}, ['hook'], '', NaN, Infinity, -1]) {
      assert.equal(fits(type, value), false, `${type.kind} ${JSON.stringify(value)}`);
    }
  }
});

/** What ships, and the pages. */
function* sources(): Generator<[file: string, text: string]> {
  for (const folder of ['protocol', 'mail', 'daemon', 'shim', 'scripts', 'docs', '']) {
    const options = { recursive: folder !== '', encoding: 'utf8' } as const;
    for (const file of readdirSync(join(PROJECT, folder), options)) {
      const path = join(folder, file);
      if (/\.(?:ts|md)$/.test(file)) yield [path, readFileSync(join(PROJECT, path), 'utf8')];
    }
  }
}
