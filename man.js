/**
 * Writes the manual pages `cc2cc.1` and `cc2cc-daemon.1` from what the built programs say with `--help`,
 * so they cannot lag behind them: `node man.js [folder]`, `dist/man` unless told. Runs before `npm pack`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const { version, bin, description } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));

const PAGES = {
  cc2cc: {
    is: 'messages between the Claude Code sessions of one machine',
    seeAlso: ['cc2cc-daemon'],
  },
  'cc2cc-daemon': {
    is: 'the post office between Claude Code sessions',
    seeAlso: ['cc2cc'],
  },
};

const FILES = [
  ['~/.cc2cc', 'The bridge root: mailboxes, tasks, the key, rules.json.'],
  ['~/.config/cc2cc/config.json', 'Settings; on macOS in ~/Library/Preferences/cc2cc.'],
  ['~/.local/state/cc2cc', 'Log and state; on macOS in ~/Library.'],
];

const folder = process.argv[2] ?? join(HERE, 'dist', 'man');
mkdirSync(folder, { recursive: true });
for (const [name, page] of Object.entries(PAGES)) {
  writeFileSync(join(folder, `${name}.1`), manualOf(name, page));
}

function manualOf(program, { is, seeAlso }) {
  const top = helpOf(program, []);
  return [
    // Without a date: the same version gives the same bytes.
    `.TH ${program.toUpperCase()} 1 "" "cc2cc ${version}"`,
    '.SH NAME',
    `${text(program)} \\- ${text(is)}`,
    '.SH SYNOPSIS',
    `.B ${text(program)}`,
    `.RI [ options ] " command " ...`,
    '.SH DESCRIPTION',
    ...paragraph(program === 'cc2cc' ? description : top.about),
    '.SH OPTIONS',
    ...entries(top.sections['Options']),
    ...verbatim(top.rest),
    '.SH COMMANDS',
    ...commandsOf(program, [], top).flatMap(section),
    '.SH ENVIRONMENT',
    ...paragraph(
      'Every setting is a flag, a variable and a key of config.json: see docs/CONFIGURATION.md of the package, and cc2cc config.',
    ),
    '.SH FILES',
    ...FILES.flatMap(([path, what]) => ['.TP', `.I ${text(path)}`, text(what)]),
    '.SH SEE ALSO',
    ...seeAlso.map((other) => `.BR ${text(other)} (1)`),
    '',
  ].join('\n');
}

/** All commands below one, each followed by its own. */
function commandsOf(program, words, help) {
  return (help.sections['Commands'] ?? [])
    .map(({ term }) => term.split(/[ |]/)[0])
    .filter((name) => name !== 'help')
    .flatMap((name) => {
      const path = [...words, name];
      const own = helpOf(program, path);
      return [{ program, help: own }, ...commandsOf(program, path, own)];
    });
}

function section({ help }) {
  return [
    `.SS "${text(help.usage).replaceAll('"', '\\(dq')}"`,
    ...paragraph(help.about),
    ...entries(help.sections['Arguments']),
    ...entries(help.sections['Options']?.filter(({ term }) => term !== '-h, --help')),
    ...verbatim(help.rest),
  ];
}

/**
 * What a program says of a command: its usage, what it is about, the lists of arguments, options and
 * commands, and all that follows them.
 */
function helpOf(program, words) {
  const command = [join(HERE, bin[program]), ...words, '--help'];
  const output = execFileSync(process.execPath, command, { encoding: 'utf8' }).trim();
  const [usage = '', ...blocks] = output.split(/\n\n+/);
  const help = {
    usage: usage
      .replace(/^usage: /i, '')
      .replaceAll(/\n\s*(?=cc2cc )/g, ', ')
      .replaceAll(/\n\s*/g, ' '),
    about: '',
    sections: {},
    rest: [],
  };
  for (const block of blocks) {
    const [, title, list] = /^(Arguments|Options|Commands):\n([^]*)$/.exec(block) ?? [];
    if (title !== undefined) help.sections[title] = termsOf(list);
    else if (help.about === '' && Object.keys(help.sections).length === 0) help.about = block;
    else help.rest.push(block);
  }
  return help;
}

/** `  term  what it is`, with lines that go on below the second column. */
function termsOf(list) {
  const terms = [];
  for (const line of list.split('\n')) {
    const [, term, what] = /^ {2}(\S.*?)(?: {2,}(\S.*))?$/.exec(line) ?? [];
    if (term !== undefined) terms.push({ term, what: what ?? '' });
    else if (terms.length > 0) terms.at(-1).what += ` ${line.trim()}`;
  }
  return terms;
}

function entries(terms = []) {
  return terms.flatMap(({ term, what }) => ['.TP', `.B ${text(term)}`, ...paragraph(what.trim())]);
}

/** Examples and the like as they stand. */
function verbatim(blocks) {
  return blocks.flatMap((block) => ['.PP', '.nf', ...block.split('\n').map(text), '.fi']);
}

function paragraph(words) {
  return words === '' ? [] : words.split('\n').map(text);
}

/** A line in which the formatter finds nothing to obey. */
function text(line) {
  const plain = line
    .replaceAll('\\', '\\(rs')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
  return plain.startsWith('.') ? `\\&${plain}` : plain;
}
