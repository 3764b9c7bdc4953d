import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { Entry } from '../../daemon/entry.js';
import { SocketBuckets } from '../../daemon/lanes/socket-buckets.js';
import { SessionTransport } from '../../daemon/mcp/transport.js';
import { Session, type Registration } from '../../daemon/session.js';
import type { SessionFacts } from '../../protocol/hello.js';
import { MailboxBench } from './support/mailbox-bench.js';

/** A session that nothing gives evidence of, with a mailbox on a real disk. */
function sessionFor(t: TestContext): { session: Session; bench: MailboxBench } {
  const bench = new MailboxBench(t);
  const facts = { messaging: true, channels: [], ppid: process.pid } as unknown as SessionFacts;
  const session = new Session(
    facts,
    new SessionTransport(new Socket(), 'instance'),
    new SocketBuckets().of(facts.ppid),
  );
  session.agent = { name: 'ben', mailbox: bench.mailbox } as Registration;
  return { session, bench };
}

test('an answer proves a lane, but says nothing of what is still being written to it', async (t) => {
  const { session, bench } = sessionFor(t);
  const [first, second, third] = [1, 2, 3].map((n) => bench.dropMessage(n).id);
  bench.mailbox.scan();
  const entryOf = (id = ''): Entry => bench.mailbox.entries.get(id)!;
  for (const id of [first, second, third]) bench.mailbox.markPushed(entryOf(id), 'socket');
  const writing = entryOf(second);
  writing.taken = true;
  await session.answered(first!);
  assert.deepEqual([...bench.mailbox.entries.keys()], [second]);
  writing.taken = false;
  bench.mailbox.markUnsent(writing);
  assert.deepEqual(bench.mailbox.waiting(), [writing]);
});

test('while an answer settles a message nobody else shows it', async (t) => {
  const { session, bench } = sessionFor(t);
  const { id } = bench.dropMessage(1);
  bench.mailbox.scan();
  const answered = session.answered(id);
  assert.deepEqual(
    bench.mailbox.waiting().filter(({ taken }) => !taken),
    [],
  );
  await answered;
  assert.deepEqual([...bench.mailbox.entries.keys()], []);
});
