import assert from 'node:assert/strict';
import {
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { Rulebook } from '../../daemon/rulebook.js';
import type { RuleSubject } from '../../mail/rulings.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

const ANN: RuleSubject = { from: 'ann', type: 'message', priority: 'normal', isNotice: false };

interface Bench {
  path: string;
  book: Rulebook;
  /** What it has logged, one level and sentence a line. */
  logged: string[];
  write: (rules: unknown) => void;
  clock: { now: Date };
}

function bench(t: TestContext): Bench {
  const path = join(tempFolder(t), 'rules.json');
  const logged: string[] = [];
  const log = pino(
    {},
    {
      write: (line: string) => {
        const { level, msg } = JSON.parse(line) as { level: number; msg: string };
        logged.push(`${level} ${msg}`);
      },
    },
  );
  const clock = { now: new Date(2026, 10, 21, 12) };
  const book = new Rulebook(path, log, () => clock.now);
  const write = (rules: unknown): void => {
    writeFileSync(path, JSON.stringify(rules));
  };
  return { path, book, logged, write, clock };
}

test('without a file there are no rules, and nothing is said of it', (t) => {
  const { book, logged } = bench(t);
  assert.equal(book.look(), false);
  assert.deepEqual(book.instructionsFor(ANN), []);
  assert.equal(book.isMuted(ANN, 'ben') || book.isQuiet(ANN, 'ben'), false);
  assert.deepEqual([book.status.inForce, book.problem, logged], [false, undefined, []]);
});

test('a file that is missing while an editor replaces it lifts no rule', (t) => {
  const { book, logged, write, path, clock } = bench(t);
  write({ senders: { ann: { mute: true } } });
  book.look();
  for (let round = 0; round < 3; round += 1) {
    renameSync(path, `${path}~`); // as vim does
    assert.equal(book.look(), false);
    assert.ok(book.isMuted(ANN, 'ben'));
    write({ senders: { ann: { mute: true }, bob: { mute: round === 1 } } });
    assert.equal(book.look(), true);
    assert.ok(book.isMuted(ANN, 'ben'));
    clock.now = new Date(clock.now.getTime() + 700);
  }
  assert.ok(!logged.some((line) => line.includes('not read')));
});

test('a change comes into force when it is looked for, and is logged once', (t) => {
  const { book, logged, write, path, clock } = bench(t);
  write({ senders: { ann: { mute: true } } });
  assert.equal(book.look(), true);
  assert.ok(book.isMuted(ANN, 'ben'));
  assert.equal(book.look(), false);
  write({ default: { instruction: 'Be brief.' } });
  assert.equal(book.look(), true);
  assert.ok(!book.isMuted(ANN, 'ben'));
  assert.deepEqual(book.instructionsFor(ANN), ['Be brief.']);
  rmSync(path);
  assert.equal(book.look(), false, 'it may be there again in a moment');
  clock.now = new Date(clock.now.getTime() + 1_000);
  assert.equal(book.look(), true);
  assert.deepEqual(book.instructionsFor(ANN), []);
  assert.equal(book.status.changes, 3);
  assert.deepEqual(logged, Array(3).fill('30 rules have changed'));
});

test('one that was changed twice within a moment is not taken for read', (t) => {
  const { book, write, path } = bench(t);
  const same = new Date();
  write({ default: { instruction: 'one' } });
  utimesSync(path, same, same);
  book.look();
  write({ default: { instruction: 'two' } });
  utimesSync(path, same, same);
  book.look();
  assert.deepEqual(book.instructionsFor(ANN), ['two']);
});

test('an invalid or hostile file keeps the last good one, and says so until it is mended', (t) => {
  const { book, logged, write, path } = bench(t);
  write({ default: { instruction: 'good' } });
  book.look();
  const bad: [() => void, RegExp][] = [
    [
      () => {
        write({ defaults: {} });
      },
      /rules\.json: unknown key "defaults"; the rules before stay$/,
    ],
    [
      () => {
        writeFileSync(path, '{');
      },
      /: not valid JSON at line 1, column 2: expected .*; the rules before stay/,
    ],
    [
      () => {
        truncateSync(path, 10 * 1024 * 1024);
      },
      /: 10485760 bytes, more than 65536; /,
    ],
    [
      () => {
        rmSync(path);
        mkdirSync(path);
      },
      /: not a regular file; /,
    ],
  ];
  if (process.platform !== 'win32') {
    bad.push([
      () => {
        rmSync(path, { recursive: true });
        symlinkSync('/etc/passwd', path);
      },
      /: a symbolic link; /,
    ]);
  }
  for (const [spoil, problem] of bad) {
    spoil();
    const before = logged.length;
    assert.equal(book.look() || book.look(), false);
    assert.match(book.problem ?? '', problem);
    assert.deepEqual(book.instructionsFor(ANN), ['good']);
    assert.deepEqual(logged.slice(before), ['40 rules.json is not read']);
  }
  rmSync(path, { recursive: true });
  write({ default: { instruction: 'good' } });
  book.look();
  assert.equal(book.problem, undefined);
});

test('one that is invalid from the start means no rules', (t) => {
  const { path } = bench(t);
  writeFileSync(path, '[]');
  const book = new Rulebook(path, pino({ level: 'silent' }));
  assert.match(book.problem ?? '', /is not a JSON object; no rules are in force$/);
});

test('quiet hours begin and end with the clock', (t) => {
  const { book, write, clock } = bench(t);
  write({ quiet: [{ from: '22:00', to: '07:00', agents: ['ben'] }] });
  book.look();
  for (const [hour, minute, quiet] of [
    [21, 59, false],
    [22, 0, true],
    [30, 59, true],
    [31, 0, false],
  ] as const) {
    clock.now = new Date(2026, 10, 21, hour, minute);
    assert.equal(book.isQuiet(ANN, 'ben'), quiet, `${hour}:${minute}`);
    assert.equal(book.isQuiet(ANN, 'cat'), false);
    assert.equal(book.quietUntil(ANN, 'ben'), quiet ? '07:00' : undefined);
  }
});
