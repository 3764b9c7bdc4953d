import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { SocketBuckets } from '../../../daemon/lanes/socket-buckets.js';
import { takeInbox } from '../../../daemon/lanes/inbox-block.js';
import { SessionTransport } from '../../../daemon/mcp/transport.js';
import { Rulebook } from '../../../daemon/rulebook.js';
import { Session, type Registration } from '../../../daemon/session.js';
import type { SessionFacts } from '../../../protocol/hello.js';
import { MailboxBench } from '../support/mailbox-bench.js';

/** A session on the channel with rules, a clock that stands, and the ids that were pushed to it. */
function scene(t: TestContext, rules: unknown) {
  const bench = new MailboxBench(t);
  const path = join(bench.paths.dir, 'rules.json');
  writeFileSync(path, JSON.stringify(rules));
  const clock = { now: new Date(2026, 10, 21, 23) };
  const facts = { channels: ['server:cc2cc'], ppid: 1 } as unknown as SessionFacts;
  const transport = new SessionTransport(new Socket(), 'instance');
  const pushed: string[] = [];
  t.mock.method(transport, 'write', (message: { params: { meta: Record<string, string> } }) => {
    const { msg_id: id, event } = message.params.meta;
    pushed.push(id ?? event ?? '');
    return Promise.resolve();
  });
  const session = new Session(facts, transport, new SocketBuckets().of(1));
  session.rules = new Rulebook(path, pino({ level: 'silent' }), () => clock.now);
  session.agent = { name: 'ben', mailbox: bench.mailbox } as Registration;
  session.open = true;
  t.after(() => {
    session.end();
  });
  return { bench, session, pushed, clock };
}

test('what came in quiet hours is pushed when they have passed, in order, once', (t) => {
  const { bench, session, pushed, clock } = scene(t, { quiet: [{ from: '22:00', to: '07:00' }] });
  const ids = [1, 2, 3].map((n) => bench.dropMessage(n).id);
  bench.mailbox.scan();
  session.offer();
  clock.now = new Date(2026, 10, 22, 6, 59);
  session.offer();
  assert.deepEqual(pushed, []);
  assert.deepEqual(session.lanes.dead, []);
  clock.now = new Date(2026, 10, 22, 7);
  session.offer();
  session.offer();
  assert.deepEqual(pushed, ids);
});

test('what is muted is in the way of nobody, and rides on nothing that was not asked for', (t) => {
  const { bench, session, pushed } = scene(t, { senders: { ann: { mute: true } } });
  const muted = [1, 2].map((n) => bench.dropMessage(n).id);
  bench.mailbox.scan();
  session.offer();
  const ride = { bytes: 10_000 } as const;
  assert.equal(takeInbox(session, { ...ride, lane: 'tool' }), undefined);
  assert.equal(takeInbox(session, { ...ride, lane: 'hook' }), undefined);
  assert.deepEqual(pushed, []);
  const asked = takeInbox(session, { ...ride, lane: 'tool', unconfirmed: true });
  assert.deepEqual(asked?.ids, muted);
  asked?.finish('not sent');
});

test('what is named as too long is not named again while it may not wake, and is afterwards', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { bench, session, pushed, clock } = scene(t, { quiet: [{ from: '22:00', to: '07:00' }] });
  const { id } = bench.dropMessage(1);
  bench.mailbox.scan();
  const entry = bench.mailbox.entries.get(id)!;
  entry.held = true; // named before these hours
  session.offer();
  t.mock.timers.tick(60_000);
  await Promise.resolve();
  assert.deepEqual(pushed, []);
  clock.now = new Date(2026, 10, 22, 7);
  session.offer();
  assert.deepEqual(pushed, [id]);
});
