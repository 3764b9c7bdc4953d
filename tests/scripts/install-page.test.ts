/** docs/install.md says what to do about every error that the installer can print. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const [, PAGE = ''] = read('docs/install.md').split('\n## What the installer says\n');

/** What takes part in installing and removing. */
const SOURCES = [
  // What a template lacks is a fault of ours.
  ...inFolder('service').filter((file) => file !== 'service/template.ts'),
  ...inFolder('scripts/setup'),
  ...inFolder('scripts/claude'),
  ...['install', 'uninstall', 'enabling', 'take-over', 'service-place'].map(
    (name) => `daemon/commands/${name}.ts`,
  ),
  'scripts/commands/uninstall.ts',
  'setup.js',
];

for (const file of SOURCES) {
  const messages = messagesIn(file);
  if (messages.length === 0) continue;
  test(`the page has what ${file} can say`, () => {
    for (const message of messages) assert.ok(isOnPage(message), message.join('…'));
  });
}

test('it looks at the messages', () => {
  const all = SOURCES.flatMap((file) => messagesIn(file));
  assert.ok(all.length > 20, String(all.length));
});

/** The texts of errors, each as what stands between its variables. */
function messagesIn(file: string): string[][] {
  // What our modules throw else is a fault of ours; the set-up script has no other errors.
  const begin = file === 'setup.js' ? String.raw`Error\(` : String.raw`Cc2ccError\(\s*'E_\w+',`;
  const errors = new RegExp(`new ${begin}\\s*(?:'([^'\\n]*)'|\`([^\`]*)\`)`, 'g');
  return [...read(file).matchAll(errors)].map(([, plain, template]) =>
    (plain ?? template ?? '')
      .split(/\$\{[^}]*\}/)
      .map((part) => part.trim())
      .filter((part) => part.length > 3),
  );
}

/** Its beginning, or another part of it, stands there: the page leaves out what varies. */
function isOnPage(parts: readonly string[]): boolean {
  return (
    parts.length === 0 || parts.some((part) => PAGE.includes(part.split(' ').slice(0, 4).join(' ')))
  );
}

function inFolder(folder: string): string[] {
  return readdirSync(join(PROJECT, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}

function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}
