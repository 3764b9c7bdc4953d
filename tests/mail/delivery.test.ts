import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  appendJournal,
  EVIDENCE,
  LANES,
  copyJournal,
  next,
  readJournal,
  type DeliveryEvent,
  type DeliveryState,
} from '../../mail/delivery.js';
import { newMessageId } from '../../protocol/ids.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

const AT = '2026-11-20T12:00:00.000Z';
const events = fc.oneof(
  fc.record({ event: fc.constant('pushed' as const), lane: fc.constantFrom(...LANES) }),
  fc.record({ event: fc.constant('seen' as const), evidence: fc.constantFrom(...EVIDENCE) }),
  fc.record({
    event: fc.constantFrom(
      'unsent' as const,
      'overdue' as const,
      'dropped' as const,
      'expired' as const,
    ),
  }),
) as fc.Arbitrary<DeliveryEvent>;

const run = (history: readonly DeliveryEvent[]): DeliveryState =>
  history.reduce<DeliveryState>((state, event) => next(state, event) ?? state, {
    name: 'accepted',
  });

test('the way of a message: pushed, given up, pushed again, seen', () => {
  assert.deepEqual(
    run([
      { event: 'pushed', lane: 'channel' },
      { event: 'overdue' },
      { event: 'pushed', lane: 'socket' },
      { event: 'seen', evidence: 'transcript' },
    ]),
    { name: 'seen', evidence: 'transcript' },
  );
});

test('an end is an end: only a tool result that was thrown away can be taken back', () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 20 }), (history) => {
      let state: DeliveryState = { name: 'accepted' };
      for (const event of history) {
        const after = next(state, event);
        const ended = state.name === 'seen' || state.name === 'expired';
        if (ended && after !== undefined) {
          assert.equal(event.event, 'dropped');
          assert.deepEqual(state, { name: 'seen', evidence: 'tool result' });
          assert.deepEqual(after, { name: 'accepted' });
        }
        state = after ?? state;
      }
    }),
  );
});

test('nobody gets from pushed to accepted but by a loss, and never from accepted by one', () => {
  fc.assert(
    fc.property(events, (event) => {
      const fromAccepted = next({ name: 'accepted' }, event);
      assert.equal(
        fromAccepted === undefined,
        ['unsent', 'overdue', 'dropped'].includes(event.event),
      );
      const fromPushed = next({ name: 'pushed', lane: 'socket' }, event);
      if (fromPushed?.name === 'accepted') assert.match(event.event, /^(?:unsent|overdue)$/);
      if (event.event === 'dropped') assert.equal(fromPushed, undefined);
    }),
  );
});

test('a journal tells what was noted, whatever stands between its lines', (t) => {
  const path = join(tempFolder(t), 'journal.jsonl');
  const lines = fc.array(
    fc.oneof(
      fc.record({ id: fc.constantFrom('msg-1', 'msg-2'), event: events }),
      fc.constantFrom('', '{"id":"msg-1"', '{}', 'null', '{"id":"../x","at":"","event":"seen"}'),
      fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[\n{}]/g, '.')),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(lines, (items) => {
      writeFileSync(path, '');
      const noted = new Map<string, DeliveryEvent[]>();
      for (const item of items) {
        if (typeof item === 'string') appendFileSync(path, `${item}\n`);
        else {
          appendJournal(path, [{ id: item.id, at: AT, ...item.event }]);
          noted.set(item.id, [...(noted.get(item.id) ?? []), item.event]);
        }
      }
      const told = readJournal(path);
      for (const [id, history] of noted) {
        const state = run(history);
        if (told.has(id)) assert.deepEqual(told.get(id)?.state, state);
        else assert.deepEqual(state, { name: 'accepted' });
      }
    }),
    { numRuns: 60 },
  );
});

test('a line that a crash has cut off spoils no other', (t) => {
  const path = join(tempFolder(t), 'journal.jsonl');
  const [torn, next] = [newMessageId(), newMessageId()];
  appendJournal(path, [{ id: torn, at: AT, event: 'pushed', lane: 'socket' }]);
  truncateSync(path, 60);
  appendJournal(path, [{ id: next, at: AT, event: 'pushed', lane: 'channel' }]);
  assert.deepEqual([...readJournal(path).keys()], [next]);
});

test('a journal that is copied twice, since a crash came in between, is there once', (t) => {
  const folder = tempFolder(t);
  const [from, to] = [join(folder, 'from.jsonl'), join(folder, 'to.jsonl')];
  const id = newMessageId();
  appendJournal(from, [{ id, at: AT, event: 'pushed', lane: 'socket' }]);
  const text = readFileSync(from, 'utf8');
  copyJournal(from, to);
  for (const left of [text, text.slice(0, 40)]) {
    writeFileSync(to, left); // it was copied as a whole, or in part
    copyJournal(from, to);
    assert.equal(readJournal(to).get(id)?.history.length, 1);
  }
});

test('a journal that was copied can be taken away again', (t) => {
  const folder = tempFolder(t);
  const [from, to] = [join(folder, 'from.jsonl'), join(folder, 'to.jsonl')];
  appendJournal(from, [{ id: newMessageId(), at: AT, event: 'pushed', lane: 'socket' }]);
  copyJournal(from, to)();
  assert.equal(existsSync(to), false);
  appendJournal(to, [{ id: newMessageId(), at: AT, event: 'pushed', lane: 'hook' }]);
  const before = readFileSync(to, 'utf8');
  copyJournal(from, to)();
  assert.equal(readFileSync(to, 'utf8'), before);
});

test('a journal that is not there tells nothing', (t) => {
  assert.equal(readJournal(join(tempFolder(t), 'none')).size, 0);
});
