import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Entry } from '../../../daemon/entry.js';
import { Held, type Said } from '../../../daemon/lanes/held.js';
import type { Session } from '../../../daemon/session.js';

interface Bench {
  held: Held;
  entries: Entry[];
  mailbox: { unread: number };
  said: string[];
  answer: Said;
  tick: (ms: number) => Promise<void>;
}

function bench(t: TestContext): Bench {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let clock = 0;
  t.mock.method(performance, 'now', () => clock);
  const entries: Entry[] = [];
  const mailbox = {
    waiting: () => entries,
    read: () => undefined,
    unread: 0,
    nameUnread: () => {},
  };
  const session = { agent: { mailbox }, mayWake: () => true } as unknown as Session;
  const made: Bench = {
    entries,
    mailbox,
    said: [],
    answer: 'said',
    held: new Held(session, ({ content }) => {
      made.said.push(content);
      return made.answer;
    }),
    tick: async (ms) => {
      clock += ms;
      t.mock.timers.tick(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return made;
}

const entry = (): Entry => ({ held: false }) as Entry;

test('where something is unread, that counts too, and what was read since the last offer', async (t) => {
  const b = bench(t);
  b.entries.push(entry());
  b.held.hold(b.entries);
  b.entries.push(entry());
  b.mailbox.unread = 16;
  await b.tick(1);
  assert.match(b.said[0] ?? '', /^Up to 18 messages for you wait/);
});

test('what is held is said once, and news of it at most every ten seconds', async (t) => {
  const b = bench(t);
  b.entries.push(entry());
  b.held.hold(b.entries);
  b.held.hold(b.entries);
  await b.tick(1);
  assert.equal(b.said.length, 1);
  b.held.hold(b.entries); // no news
  await b.tick(60_000);
  assert.equal(b.said.length, 1);

  b.entries.push(entry());
  b.held.hold(b.entries);
  await b.tick(1);
  b.entries.push(entry());
  b.held.hold(b.entries);
  await b.tick(9_998);
  assert.equal(b.said.length, 2);
  await b.tick(2);
  assert.match(b.said.at(-1)!, /^3 messages for you wait/);
});

test('a lane that is not free is told again when it is asked again', async (t) => {
  const b = bench(t);
  b.entries.push(entry());
  b.answer = 'later';
  b.held.hold(b.entries);
  await b.tick(1);
  b.answer = 'said';
  b.held.hold(b.entries); // as the lane does when it is free
  await b.tick(1);
  assert.equal(b.said.length, 2);
});

test('what could not be said is not held: another lane may bring it', async (t) => {
  const b = bench(t);
  b.entries.push(entry());
  b.answer = 'failed';
  b.held.hold(b.entries);
  await b.tick(1);
  assert.equal(b.entries[0]?.held, false);
});

test('what has been read meanwhile is not said', async (t) => {
  const b = bench(t);
  b.entries.push(entry());
  b.held.hold(b.entries);
  b.entries.length = 0;
  await b.tick(1);
  assert.deepEqual(b.said, []);
});
