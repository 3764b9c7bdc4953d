/** What a daemon wrote into a connection and called seen, and its shim has not passed on. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { appendJournal, readJournal, type JournalLine } from '../../mail/delivery.js';
import { writeReceipts } from '../../mail/receipts.js';
import type { Evidence } from '../../mail/delivery.js';
import { PUSHED_RING } from '../../protocol/limits.js';
import { MailboxBench, messageOf } from './support/mailbox-bench.js';

/** One message that was seen by such evidence, in `done/` with its receipt. */
async function scene(
  t: TestContext,
  evidence: Evidence = 'tool result',
): Promise<{ bench: MailboxBench; id: string }> {
  const bench = new MailboxBench(t);
  const { id } = bench.dropMessage(1);
  const [entry] = bench.mailbox.scan().fresh;
  bench.mailbox.markPushed(entry!, 'tool');
  await bench.mailbox.settle(id, { state: 'seen', evidence });
  writeReceipts();
  assert.deepEqual(readdirSync(bench.paths.done), [`${id}.json`]);
  return { bench, id };
}

const AN_HOUR = 3_600_000;

test('it waits again, with a warning and without a receipt', async (t) => {
  const { bench, id } = await scene(t);
  const mailbox = bench.open({ since: Date.now() - AN_HOUR });
  const [entry] = mailbox.scan().fresh;
  assert.deepEqual([entry?.id, entry?.state.name, entry?.repeated], [id, 'accepted', true]);
  assert.deepEqual(readdirSync(bench.paths.done), []);
  assert.deepEqual(readdirSync(bench.paths.receipts), []);
  assert.deepEqual(
    readJournal(bench.paths.journal)
      .get(id)
      ?.history.map(({ event }) => event),
    ['pushed', 'seen', 'dropped'],
  );
  // The next daemon does not take it back a second time.
  mailbox.flush();
  assert.equal(bench.open({ since: Date.now() - AN_HOUR }).scan().fresh.length, 1);
});

const STAYS: Readonly<
  Record<string, (id: string) => { given?: string[]; since?: number | undefined }>
> = {
  'what it has passed on stays seen': (id) => ({ given: [id], since: Date.now() - AN_HOUR }),
  'what was seen before it bore the name stays seen': () => ({ since: Date.now() + AN_HOUR }),
  'a shim that says nothing of it changes nothing': () => ({ given: [] }),
};

for (const [what, known] of Object.entries(STAYS)) {
  test(what, async (t) => {
    const { bench, id } = await scene(t);
    assert.deepEqual(bench.open(known(id)).scan().fresh, []);
    assert.deepEqual(readdirSync(bench.paths.done), [`${id}.json`]);
    assert.equal(readdirSync(bench.paths.receipts).length, 1);
  });
}

test('what another sign says was seen stays seen', async (t) => {
  const { bench, id } = await scene(t, 'reply');
  assert.deepEqual(bench.open({ since: Date.now() - AN_HOUR }).scan().fresh, []);
  assert.deepEqual(readdirSync(bench.paths.done), [`${id}.json`]);
});

test('what lies so far back that the shim may have forgotten it stays seen', async (t) => {
  const { bench, id } = await scene(t);
  const at = new Date(Date.now() + 1_000).toISOString();
  const later = Array.from({ length: PUSHED_RING }, (_, n): JournalLine => {
    return { id: messageOf(n + 2).id, at, event: 'pushed', lane: 'channel' };
  });
  appendJournal(bench.paths.journal, later.slice(1));
  const since = Date.now() - AN_HOUR;
  assert.deepEqual(
    bench
      .open({ since })
      .scan()
      .fresh.map((entry) => entry.id),
    [id],
    'it is the last one that counts',
  );
  const { bench: second, id: forgotten } = await scene(t);
  appendJournal(second.paths.journal, later);
  assert.deepEqual(second.open({ since }).scan().fresh, []);
  assert.deepEqual(readdirSync(second.paths.done), [`${forgotten}.json`]);
});
