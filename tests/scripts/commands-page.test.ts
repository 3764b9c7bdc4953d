/** docs/commands.md names every command and option that there is, and none that there is not. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMMANDS } from '../../scripts/commands/index.js';
import { placesOf, type Place } from '../../scripts/completion/model.js';
import { programFor } from '../../scripts/program.js';

const PAGE = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8');

/** Hooks do without the parser, so its tree does not know what they take. */
const OF_HOOKS = ['--wait', '--hook-ms', '--debug'];

const [program, ...commands] = placesOf(await programFor(COMMANDS.map(({ name }) => name)));
const places = commands.filter(({ path }) => path !== 'cc2cc hook');
const settings = longOptions(program!);

test('every command has a section, and every section a command', () => {
  const named = headings().filter((heading) => heading !== 'Settings');
  const there = commands.map(({ path }) => path).filter((path) => !/config (?:un)?set$/.test(path));
  assert.deepEqual(named.sort(), there.sort());
  for (const { path } of commands) assert.ok(PAGE.includes(`\`${path}`), path);
});

for (const place of places) {
  // Two words each, without options: they are told with the command that they belong to.
  if (/config (?:un)?set$/.test(place.path)) continue;
  test(`the table of ${place.path} has its options`, () => {
    assert.deepEqual(tableOptions(place.path), longOptions(place));
  });
}

test('the flags for settings are those that all commands take', () => {
  assert.deepEqual(tableOptions('Settings'), settings);
});

test('the page names no option that does not exist', () => {
  const there = new Set([...places.flatMap(longOptions), ...settings, ...OF_HOOKS]);
  const others = /claude mcp add[^\n`]*|"--force is needed"|`cc2cc --version`|--help/g;
  for (const [option] of PAGE.replaceAll(others, '').matchAll(/--[a-z][a-z-]*/g)) {
    assert.ok(there.has(option), option);
  }
});

test('the examples name commands with options of theirs', () => {
  const lines = [...PAGE.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block]) =>
    block!.split('\n').filter((line) => !line.startsWith('#')),
  );
  for (const line of lines) {
    const [, words] = /cc2cc ((?:[a-z]+ ?)+)/.exec(line) ?? [];
    if (words === undefined || words.startsWith('hook')) continue;
    const place = commandOf(words.trim().split(' '));
    assert.ok(place, line);
    const call = line.slice(line.indexOf('cc2cc ')).split(/ (?:\||--) /)[0]!;
    const known = [...longOptions(place), ...settings];
    for (const [option] of call.matchAll(/--[a-z][a-z-]*/g))
      assert.ok(known.includes(option), line);
  }
});

/** The commands that have a section, and the section on settings. */
function headings(): string[] {
  return [...PAGE.matchAll(/^##+ (?:`(cc2cc [a-z ]+)`|(Settings))$/gm)].map(([, a, b]) => a ?? b!);
}

function tableOptions(heading: string): string[] {
  const title = heading === 'Settings' ? heading : `\`${heading}\``;
  const [, section = ''] = PAGE.split(new RegExp(`^##+ ${title}$`, 'm'));
  const own = section.split(/^##+ /m)[0]!;
  const cells = [...own.matchAll(/^\| (`-[^|]*(?:\\\|[^|]*)*) \|/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) => cell.match(/--[a-z][a-z-]*/g) ?? []).sort();
}

function longOptions({ options }: Place): string[] {
  return options
    .flatMap(({ flags }) => flags)
    .filter((flag) => flag.startsWith('--') && !['--help', '--version'].includes(flag))
    .sort();
}

/** `task delegate brave-fox` is a call of `cc2cc task delegate`. */
function commandOf(words: readonly string[]): Place | undefined {
  const calls = words.map((_, nth) => ['cc2cc', ...words.slice(0, nth + 1)].join(' ')).reverse();
  return calls.map((call) => commands.find(({ path }) => path === call)).find(Boolean);
}
