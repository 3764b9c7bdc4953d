/** Every file and line that others may write, as any JSON and any bytes: no reader falls over it. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { idsInLine } from '../../daemon/evidence/transcript.js';
import { readClientState } from '../../daemon/evidence/client-files.js';
import { readWatches } from '../../daemon/idle-watches.js';
import { Rulebook } from '../../daemon/rulebook.js';
import { readCard, shownCard } from '../../mail/card.js';
import { readJournal } from '../../mail/delivery.js';
import { assertFormat } from '../../mail/format.js';
import { readFormerKeys } from '../../mail/key-files.js';
import { EXAMPLE_RULES, readRules } from '../../mail/rules.js';
import { readEvent } from '../../mail/tasks/event-files.js';
import { isTombstone } from '../../mail/tombstone.js';
import { loadConfig } from '../../protocol/config.js';
import {
  createMessage,
  encodeMessage,
  expiresAt,
  parseMessage,
  sentAt,
} from '../../protocol/envelope.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { isFresh, readHeartbeat } from '../../protocol/heartbeat.js';
import { makeHello, readAnswer } from '../../protocol/hello.js';
import { parseJson } from '../../protocol/json.js';
import { acquireLease, leaseHolder } from '../../protocol/lease.js';
import { isName, nearNames, variantOf } from '../../protocol/names.js';
import { readRendezvous } from '../../protocol/rendezvous.js';
import { parseStamp } from '../../protocol/stamp.js';
import { parseInput, reportOf, sessionOf } from '../../scripts/hook/input.js';
import { Forwarder } from '../../shim/forwarder.js';
import { makeSandbox, type Sandbox } from '../support/sandbox.js';
import { Chance, newSeed } from './support/chance.js';
import { mutated } from './support/mutate.js';
import { oddValue, withOddValues } from './support/odd-value.js';
import { faultInLine } from './support/scan.js';

const RUNS = 400 * (Number(process.env['FUZZ_RUNS']) || 1);
const log = pino({ level: 'silent' });
const TOKEN = 'a'.repeat(64);
const ID = 'msg-01a1ff55-3698-7000-b506-055e08927986';
const TIME = '2026-11-21T10:00:00.000Z';

let sandbox: Sandbox;
before(() => {
  sandbox = makeSandbox();
});
after(() => sandbox.cleanup());

interface Reader {
  what: string;
  /** Where it lies below the root; undefined for a line. */
  file?: string;
  good: object;
  /** Reads what lies there. What it returns is looked at; of errors only Cc2ccErrors are fine. */
  read: (root: string, bytes: Buffer) => void;
}

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';

const READERS: readonly Reader[] = [
  {
    what: 'a message',
    good: {
      ...createMessage({ id: ID, from: 'ann', to: 'ben', text: 'x', task: { title: 'y' } }),
      unknown: { deep: [1] },
    },
    read: (_root, bytes) => {
      const raw = parsed(bytes);
      const message = parseMessage(raw);
      assert.ok(isName(message.from) && isName(message.to));
      assert.match(message.id, /^msg-[A-Za-z0-9_-]{1,64}$/);
      assert.equal(typeof message.content.text, 'string');
      assert.ok(message.ttl >= 0 && Number.isFinite(message.ttl));
      assert.ok(!Number.isNaN(sentAt(message)) && !Number.isNaN(expiresAt(message)));
      // What we do not know stays, through as many readers as one likes.
      const again = parseMessage(JSON.parse(encodeMessage(message).toString()));
      assert.deepEqual(again, message);
      for (const [key, value] of Object.entries(raw as object)) {
        if (Object.hasOwn(message, key)) continue;
        assert.ok(key === '__proto__', `${key} is lost: ${JSON.stringify(value)}`);
      }
    },
  },
  {
    what: 'rules.json',
    file: 'rules.json',
    good: JSON.parse(EXAMPLE_RULES) as object,
    read: (root) => {
      const path = join(root, 'rules.json');
      const found = readRules(path);
      if (found.kind === 'bad') assert.equal(faultInLine(found.problem), undefined);
      const book = new Rulebook(path, log);
      book.look();
      const subject = { from: 'ann', type: 'task', priority: 'high', isNotice: false } as const;
      assert.ok(book.instructionsFor(subject).every((text) => typeof text === 'string'));
      assert.equal(typeof book.isMuted(subject, 'ben'), 'boolean');
      assert.equal(typeof book.isQuiet(subject, 'ben'), 'boolean');
      assert.ok(isText(book.quietUntil(subject, 'ben')));
    },
  },
  {
    what: 'a heartbeat',
    file: 'status/ann-heartbeat.json',
    good: {
      agent: 'ann',
      name: 'ann',
      timestamp: TIME,
      session_id: 7,
      parent_pid: '8',
      status: 'active',
      context: 'x',
      host: 'h',
      cwd: '/',
      lane: 'tool',
      summary: 's',
      other: 1,
    },
    read: (root) => {
      const beat = readHeartbeat(root, 'ann');
      if (beat === undefined) return;
      assert.ok(isName(beat.agent));
      for (const key of [
        'session_id',
        'parent_pid',
        'context',
        'host',
        'cwd',
        'lane',
        'summary',
      ] as const)
        assert.ok(isText(beat[key]), key);
      assert.equal(typeof isFresh(beat), 'boolean');
    },
  },
  {
    what: 'a card',
    file: 'agents/ann.json',
    good: {
      name: 'ann',
      description: 'd',
      version: '1',
      skills: [{ id: 'a', name: 'a', tags: ['t'] }],
      session_id: 's',
      host: 'h',
      cwd: '/',
      summary: 's',
      client: { name: 'c', version: '1' },
      since: TIME,
      renamed_to: 'ben',
    },
    read: (root) => {
      const card = readCard(root, 'ann');
      if (card === undefined) return;
      assert.ok(isName(card.name) && (card.renamed_to === undefined || isName(card.renamed_to)));
      const shown = shownCard(card);
      assert.ok(shown.skills.length <= 20);
      assert.ok(JSON.stringify(shown).length < 20_000, 'what is shown is bounded');
    },
  },
  {
    what: 'the first event of a task',
    file: 'tasks/1.json',
    good: {
      seq: 1,
      at: TIME,
      by: 'ann',
      state: 'submitted',
      title: 't',
      requester: 'ann',
      candidates: ['ben'],
      priority: 'normal',
      messages: { ben: ID },
    },
    read: (root) => {
      const found = readEvent(join(root, 'tasks'), 1);
      if (found.kind === 'event') assert.equal(found.event.seq, 1);
    },
  },
  {
    what: 'a change of a task',
    file: 'tasks/1.json',
    good: { seq: 1, at: TIME, by: 'ann', as: 'ann', state: 'completed', text: 'r', message: ID },
    read: (root) => {
      const found = readEvent(join(root, 'tasks'), 1);
      if (found.kind === 'event') assert.ok(isName(found.event.by));
    },
  },
  {
    what: 'a journal',
    file: 'journal.jsonl',
    good: { id: ID, at: TIME, event: 'seen', evidence: 'hook', lane: 'socket' },
    read: (root) => {
      for (const [id, { state }] of readJournal(join(root, 'journal.jsonl'))) {
        assert.match(id, /^msg-/);
        assert.ok(['accepted', 'pushed', 'seen', 'expired'].includes(state.name));
      }
    },
  },
  {
    what: 'a rendezvous',
    file: 'run.json',
    good: {
      protocol: 1,
      version: '1',
      instance: 'i',
      pid: 7,
      socket: '/s',
      root: '/',
      started: TIME,
    },
    read: (root) => {
      const found = readRendezvous(join(root, 'run.json'));
      if (found === undefined) return;
      assert.deepEqual(Object.keys(found).sort(), [
        'instance',
        'pid',
        'protocol',
        'root',
        'socket',
        'started',
        'version',
      ]);
      assert.ok(isText(found.socket) && typeof found.pid === 'number');
    },
  },
  {
    what: 'a lease',
    file: 'lease/1.json',
    good: { host: 'h', instance: 'i', attachKey: 'k', since: TIME, pid: 7 },
    read: (root) => {
      const folder = join(root, 'lease');
      const holder = leaseHolder(folder);
      assert.ok(holder === undefined || typeof holder === 'object');
      const mine = acquireLease(folder, { pid: 1 }, () => true);
      assert.ok(mine.ok);
      mine.lease.release();
    },
  },
  {
    what: 'the form of the root',
    file: 'format.json',
    good: { format: 1 },
    read: (root) => {
      assertFormat(root);
    },
  },
  {
    what: 'former keys',
    file: 'secret.key.former.json',
    good: [{ key: 'k', retiredAt: TIME, until: null }],
    read: (root) => {
      for (const { key, retiredAt, until } of readFormerKeys(root)) {
        assert.ok(
          key !== '' && isText(key) && isText(retiredAt) && (until === null || isText(until)),
        );
      }
    },
  },
  {
    what: 'a tombstone',
    file: 'stone.json',
    good: { id: ID, tombstone: true, at: TIME, until: TIME },
    read: (root) => {
      assert.equal(typeof isTombstone(join(root, 'stone.json')), 'boolean');
    },
  },
  {
    what: 'who waits for whom',
    file: 'idle-watches.json',
    good: [
      {
        id: 'a0a0a0a0-0000-4000-8000-000000000000',
        asker: 'ann',
        agent: 'ben',
        deadline: 1,
        outcome: { what: 'idle', at: 2 },
      },
    ],
    read: (root) => {
      for (const { asker, agent, deadline } of readWatches(join(root, 'idle-watches.json'), log)) {
        assert.ok(isName(asker) && isName(agent) && typeof deadline === 'number');
      }
    },
  },
  {
    what: 'config.json',
    file: 'config.json',
    good: {
      rate: 60,
      maxInbox: 5,
      ttl: 1,
      signatures: 'flag',
      encrypt: false,
      logLevel: 'info',
      lanes: 'tool',
      presence: 'off',
    },
    read: (root) => {
      const config = loadConfig(join(root, 'config.json'), {});
      assert.ok(config.maxInbox >= 1 && config.ttl >= 0);
      assert.ok(['accept', 'flag', 'require'].includes(config.signatures));
    },
  },
  {
    what: 'a session file of the client',
    file: 'sessions/7.json',
    good: { pid: 7, sessionId: 'a0a0a0a0-0000', status: 'idle', statusUpdatedAt: 1 },
    read: (root) => {
      const found = readClientState(root, 7);
      if (found?.sessionId !== undefined) assert.match(found.sessionId, /^[A-Za-z0-9-]{8,64}$/);
    },
  },
  {
    what: 'a line of a transcript',
    good: {
      type: 'user',
      message: { content: [{ type: 'text', text: `[cc2cc] 1\n\n[${ID}] from ann` }] },
      attachment: { type: 'x', y: [`[cc2cc] \n[${ID}] from`] },
    },
    read: (_root, bytes) => {
      for (const id of idsInLine(bytes.toString())) assert.match(id, /^msg-[A-Za-z0-9_-]{1,64}$/);
    },
  },
  {
    what: 'what a hook is given',
    good: {
      session_id: 's',
      transcript_path: '/x',
      source: 'startup',
      prompt: `[cc2cc] \n[${ID}] from`,
      stop_hook_active: true,
    },
    read: (_root, bytes) => {
      const input = parseInput(bytes);
      if (input === undefined) return;
      const session = sessionOf(input, { CLAUDE_PID: '7' });
      if (session === undefined) return;
      const report = reportOf('user-prompt-submit', session, input);
      assert.ok([report.sessionId, report.transcriptPath, report.source].every(isText));
    },
  },
  {
    what: 'the answer of a daemon',
    good: {
      cc2cc: 'welcome',
      protocol: 1,
      version: '1',
      instance: 'i',
      pid: 7,
      proof: 'p',
      tools: 't',
    },
    read: (_root, bytes) => {
      const answer = readAnswer(parsed(bytes), makeHello(TOKEN), TOKEN);
      assert.ok(
        answer === undefined || answer.cc2cc === 'refused',
        'nobody is welcomed without a proof',
      );
    },
  },
  {
    what: 'a line of a client, and of a daemon',
    good: {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'send',
        _meta: { 'cc2cc/at': [1, 2], 'cc2cc/ids': [ID] },
        meta: { msg_id: ID },
        content: 'c',
        ids: [ID],
        mode: 'stop',
      },
    },
    read: (_root, bytes) => {
      const forwarder = new Forwarder();
      forwarder.attach('t');
      for (const { toClient, toDaemon } of [
        forwarder.fromClient(bytes),
        forwarder.fromDaemon(bytes),
      ]) {
        for (const line of [toClient, toDaemon])
          if (line !== undefined) assert.equal(line.at(-1), 10);
      }
    },
  },
  {
    what: 'a name, and a stamp',
    good: { name: 'ann', stamp: [1, 2] },
    read: (_root, bytes) => {
      const { name, stamp } = Object(parsed(bytes)) as { name: unknown; stamp: unknown };
      if (isName(name)) {
        assert.ok(isName(variantOf(name, 7)));
        assert.ok(nearNames(name, [name, 'ben']).includes(name));
      }
      assert.ok(parseStamp(stamp) === undefined || Array.isArray(stamp));
    },
  },
];

for (const { what, file, good, read } of READERS) {
  test(`any JSON and any bytes for ${what}`, (t) => {
    const seed = newSeed();
    const root = join(sandbox.dir, what.replaceAll(/\W/g, '-'));
    t.diagnostic(`${RUNS} points tried, seed ${seed}`);
    for (let at = 0; at < RUNS; at += 1) {
      const bytes = input(good, new Chance(seed, at));
      if (file !== undefined) {
        mkdirSync(dirname(join(root, file)), { recursive: true, mode: 0o700 });
        writeFileSync(join(root, file), bytes, { mode: 0o600 });
      }
      try {
        read(root, bytes);
      } catch (error) {
        const words = `input ${at} of seed ${seed}: ${bytes.toString('latin1').slice(0, 500)}`;
        if (!(error instanceof Cc2ccError)) throw new Error(words, { cause: error });
      }
      assert.deepEqual(Reflect.ownKeys({}.constructor.prototype as object).length, PROTOTYPE);
    }
  });
}

/** Nobody adds to what all objects have. */
const PROTOTYPE = Reflect.ownKeys(Object.prototype).length;

function input(good: object, chance: Chance): Buffer {
  const kind = chance.below(100);
  const bytes = Buffer.from(JSON.stringify(good));
  if (kind < 3) return bytes;
  if (kind < 60) return Buffer.from(JSON.stringify(withOddValues(good, chance)));
  if (kind < 65) return Buffer.from(JSON.stringify(oddValue(chance)) ?? 'null');
  if (kind < 85) return mutated(bytes, chance);
  if (kind < 90) return chance.bytes(chance.below(200));
  if (kind < 95) {
    // A key twice, of which the last counts.
    const key = chance.one([...Object.keys(good), '__proto__', 'constructor']);
    const more = `,${JSON.stringify(key)}:${JSON.stringify(oddValue(chance)) ?? 'null'}}`;
    return Buffer.from(JSON.stringify(good).replace(/[}\]]$/, more));
  }
  const [open, close] = chance.one([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  const depth = chance.one([31, 33, 1000, 20_000]);
  return Buffer.from(`${open.repeat(depth)}1${close.repeat(chance.is(80) ? depth : 0)}`);
}

/** As files are parsed; what is none is no reader's business here. */
function parsed(bytes: Buffer): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    throw new Cc2ccError('E_MESSAGE', String(error));
  }
}
