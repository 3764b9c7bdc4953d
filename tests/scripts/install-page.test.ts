/** docs/install.md says what to do about every error that the installer can print. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { flagsOf, settingOf } from '../../protocol/settings/all.js';
import { DAEMON } from '../support/daemon.js';
import { sandboxFor } from '../support/sandbox.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const [, SERVICE = ''] = /\n## The service\n([^]*?)\n## /.exec(read('docs/install.md')) ?? [];
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

for (const command of ['install', 'uninstall', 'enable', 'disable']) {
  test(`the page has the options of cc2cc-daemon ${command}`, (t) => {
    const sandbox = sandboxFor(t);
    const help = execFileSync(process.execPath, [DAEMON, command, '--help'], {
      env: sandbox.env,
      encoding: 'utf8',
    });
    const settings: string[] = flagsOf('daemon').map((key) => settingOf(key).flag);
    const isSetting = (option: string): boolean =>
      settings.includes(option) || settings.includes(option.replace('--no-', '--'));
    const options = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, it]) => it!);
    const own = options.filter((option) => option !== '--help' && !isSetting(option));
    assert.deepEqual(
      own.filter((option) => !SERVICE.includes(option)),
      [],
    );
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
