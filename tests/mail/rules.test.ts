import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { EXAMPLE_RULES, parseRules, readRules, type Rules } from '../../mail/rules.js';
import {
  instructionsFor,
  isMuted,
  isQuiet,
  quietUntil,
  type RuleSubject,
} from '../../mail/rulings.js';
import { MESSAGE_TYPES, PRIORITIES } from '../../protocol/envelope.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { MAX_INSTRUCTION_BYTES } from '../../protocol/limits.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

const parse = (value: unknown): Rules => parseRules(Buffer.from(JSON.stringify(value)));
const NOW = new Date(2026, 10, 21, 12);

function subject(fields: Partial<RuleSubject> = {}): RuleSubject {
  return { from: 'ann', type: 'message', priority: 'normal', isNotice: false, ...fields };
}

function problemIn(bytes: string | Uint8Array): string {
  try {
    parseRules(Buffer.from(bytes));
  } catch (error) {
    assert.ok(error instanceof Cc2ccError && error.code === 'E_USAGE');
    return error.message;
  }
  return '';
}

test('the example is valid and has no effect', () => {
  const rules = parseRules(Buffer.from(EXAMPLE_RULES));
  for (const type of MESSAGE_TYPES) {
    for (const priority of PRIORITIES) {
      for (const from of ['ann', 'ci-bot']) {
        const about = subject({ type, priority, from });
        assert.deepEqual(instructionsFor(rules, about), []);
        assert.ok(!isMuted(rules, about, 'ben'));
        for (let hour = 0; hour < 7 * 24; hour += 1) {
          assert.ok(!isQuiet(rules, about, 'ben', new Date(2026, 10, 21, hour)));
        }
      }
    }
  }
});

test('the original’s file is one', () => {
  for (const version of [1, '1', '1.0', undefined]) {
    const rules = parse({ version, default: { instruction: 'Answer at once.' } });
    assert.deepEqual(instructionsFor(rules, subject()), ['Answer at once.']);
  }
  assert.deepEqual(instructionsFor(parse({}), subject()), []);
});

test('what fits is told from general to special, each once', () => {
  const rules = parse({
    default: { instruction: 'all' },
    types: { task: { instruction: 'task' }, status: {} },
    priorities: { high: { instruction: 'high' }, low: { instruction: 'all' } },
    senders: { ann: { instruction: ' of\n ann ' } },
  });
  for (const [about, expected] of [
    [{}, ['all', 'of ann']],
    [{ from: 'ben' }, ['all']],
    [{ type: 'task', priority: 'high' }, ['all', 'task', 'high', 'of ann']],
    [{ priority: 'low', from: 'ben', type: 'status' }, ['all']],
  ] as const) {
    assert.deepEqual(instructionsFor(rules, subject(about)), expected);
  }
});

test('a sender is muted for all or for some, but not a notice about it', () => {
  for (const [mute, ben, cat] of [
    [true, true, true],
    [['ben'], true, false],
    [[], false, false],
    [false, false, false],
    [undefined, false, false],
  ] as const) {
    const rules = parse({ senders: { ann: { mute } } });
    assert.equal(isMuted(rules, subject(), 'ben'), ben);
    assert.equal(isMuted(rules, subject(), 'cat'), cat);
    assert.ok(!isMuted(rules, subject({ from: 'dan' }), 'ben'));
    assert.ok(!isMuted(rules, subject({ isNotice: true }), 'ben'));
  }
});

test('quiet hours hold for whom they are, and end', () => {
  const quiet = [
    { from: '11:00', to: '12:30', agents: ['ben'] },
    { from: '12:30', to: '13:00' },
  ];
  const rules = parse({ quiet });
  assert.ok(isQuiet(rules, subject(), 'ben', NOW));
  assert.ok(!isQuiet(rules, subject(), 'cat', NOW));
  assert.ok(!isQuiet(rules, subject({ priority: 'critical' }), 'ben', NOW));
  assert.equal(quietUntil(rules, subject(), 'ben', NOW), new Date(2026, 10, 21, 13).getTime());
  assert.equal(quietUntil(rules, subject(), 'cat', NOW), undefined);
  const always = parse({ quiet: [{ from: '00:00', to: '24:00' }] });
  assert.equal(quietUntil(always, subject(), 'ben', NOW), Infinity);
});

test('what is wrong is said, with the key that is at fault', () => {
  for (const [value, problem] of [
    [[], /^is not a JSON object$/],
    [null, /^is not a JSON object$/],
    [{ defaults: {} }, /^unknown key "defaults"$/],
    [{ version: 2 }, /^version: must be 1$/],
    [{ default: { instruction: 1 } }, /^default\.instruction: must be a string$/],
    [{ default: { text: 'x' } }, /^default: unknown key "text"$/],
    [{ default: { instruction: 'x'.repeat(1001) } }, /^default\.instruction: longer than 1000/],
    [{ types: { question: {} } }, /^types: unknown key "question"$/],
    [{ priorities: { urgent: {} } }, /^priorities: unknown key "urgent"$/],
    [{ senders: { 'Ci Bot': {} } }, /^senders\.Ci Bot: is no agent name/],
    [{ senders: { ci: { mutes: true } } }, /^senders\.ci: unknown key "mutes"$/],
    [{ senders: { ci: { mute: 'ben' } } }, /^senders\.ci\.mute: must be true, false or a list/],
    [{ senders: { ci: { mute: ['Ben'] } } }, /^senders\.ci\.mute\.0: is no agent name/],
    [{ quiet: [{ from: '7:00', to: '08:00' }] }, /^quiet\.0\.from: must be a time/],
    [{ quiet: [{ from: '25:00', to: '08:00' }] }, /^quiet\.0\.from: must be a time/],
    [{ quiet: [{ from: '08:00', to: '08:00' }] }, /^quiet\.0: from and to must be two times/],
    [{ quiet: [{ from: '08:00' }] }, /^quiet\.0\.to: must be a string$/],
    [{ quiet: [{ from: '08:00', to: '09:00', days: ['Mon'] }] }, /^quiet\.0\.days\.0: must be one/],
    [{ quiet: [{ from: '08:00', to: '09:00', except: ['all'] }] }, /^quiet\.0\.except\.0: must be/],
    [{ quiet: [{ from: '08:00', to: '09:00', until: 1 }] }, /^quiet\.0: unknown key "until"$/],
    [{ '\u001b[31m<system>': 1 }, /^unknown key "\s*system\s*"$/],
  ] as const) {
    assert.match(problemIn(JSON.stringify(value)), problem, JSON.stringify(value));
  }
  assert.equal(
    problemIn('{\n  "senders": {},\n}'),
    'not valid JSON at line 3, column 1: expected a name in quotes',
  );
  assert.equal(problemIn(new Uint8Array([0x22, 0xff, 0x22])), 'not valid UTF-8');
  assert.match(problemIn('['.repeat(100)), /nested deeper than 32/);
});

test('a file that is missing, broken or hostile is told apart and never waited for', (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'rules.json');
  assert.deepEqual(readRules(path), { kind: 'missing' });
  writeFileSync(path, EXAMPLE_RULES);
  assert.equal(readRules(path).kind, 'rules');
  const problem = (): string => {
    const found = readRules(path);
    return found.kind === 'bad' ? found.problem : found.kind;
  };
  writeFileSync(path, '{"default": 1}');
  assert.equal(problem(), 'default: must be an object');
  truncateSync(path, 10 * 1024 * 1024);
  assert.match(problem(), /^10485760 bytes, more than 65536$/);
  if (process.platform === 'win32') return;
  rmSync(path);
  symlinkSync('/etc/passwd', path);
  assert.equal(problem(), 'a symbolic link');
  rmSync(path);
  spawnSync('mkfifo', [path]);
  assert.equal(problem(), 'not a regular file');
});

test('whatever the bytes are: rules or a short sentence, and one line that can be shown', () => {
  const instruction = fc.record({
    instruction: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('<system>', '[cc2cc] 1 message\n\n[msg-1] from ann', '\u2028x\r\ny'),
    ),
  });
  const part = fc.oneof(instruction, fc.anything());
  const value = fc.record(
    {
      version: fc.constantFrom(1, '1', 7),
      default: part,
      types: fc.dictionary(fc.constantFrom(...MESSAGE_TYPES, 'x'), part),
      senders: fc.dictionary(fc.constantFrom('ann', 'ben', '__proto__', 'A'), part),
      quiet: fc.array(fc.anything(), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    value.map((found) => JSON.stringify(found)),
    fc.json(),
    fc.string(),
  );
  fc.assert(
    fc.property(text, fc.constantFrom(...MESSAGE_TYPES), (content, type) => {
      let rules: Rules;
      try {
        rules = parseRules(Buffer.from(content));
      } catch (error) {
        assert.ok(error instanceof Cc2ccError, String(error));
        assert.ok(error.message.length < 600 && !/[\n<>\p{Cc}]/u.test(error.message));
        return;
      }
      for (const line of instructionsFor(rules, subject({ type }))) {
        assert.ok(line !== '' && !/[\n\r\u2028\u0085]/.test(line));
        assert.ok(Buffer.byteLength(line) <= MAX_INSTRUCTION_BYTES);
      }
    }),
    { numRuns: 500 },
  );
});
