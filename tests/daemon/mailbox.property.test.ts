import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeReceipts } from '../../mail/receipts.js';
import { deliverMessage } from '../../mail/deliver.js';
import { encodeMessage } from '../../protocol/envelope.js';
import { MailboxBench, messageOf } from './support/mailbox-bench.js';

const COUNT = 8;
const ALL = Array.from({ length: COUNT }, (_, n) => messageOf(n));
/** Ids of our messages in queue order; comparing ids is comparing their stamps. */
const ORDER = ALL.map(({ id }) => id).sort();

/** What the mailbox must be like, without a disk. */
interface Model {
  /** On disk in the inbox, whether the mailbox has looked or not. */
  inbox: Set<string>;
  /** Those of the inbox that the mailbox has told of. */
  known: Set<string>;
  offered: Set<string>;
  /** Those that sessions before this one were offered, and of which this one is told nothing. */
  offeredBefore: Set<string>;
  done: Set<string>;
  /** Files under a name of their own, by the id that they bear; none for garbage. */
  strays: (string | undefined)[];
  rejected: number;
  /** How often each message came out of the mailbox as new, since it was opened. */
  told: Map<string, number>;
}

type Command = fc.AsyncCommand<Model, MailboxBench>;

const inOrder = (ids: Iterable<string>): string[] =>
  [...ids].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));

/** What is true after every step. */
function check(model: Model, { mailbox, paths, rejected }: MailboxBench): void {
  const inbox = readdirSync(paths.inbox).map((file) => file.replace(/\.json$/, ''));
  const done = readdirSync(paths.done).map((file) => file.replace(/\.json$/, ''));
  assert.deepEqual(
    inOrder(inbox.filter((id) => ORDER.includes(id))),
    inOrder(model.inbox),
    'inbox',
  );
  assert.deepEqual(inOrder(done), inOrder(model.done), 'done');
  assert.deepEqual(inOrder(mailbox.entries.keys()), inOrder(model.known), 'known');
  for (const { id, repeated } of mailbox.entries.values()) {
    assert.equal(repeated, model.offeredBefore.has(id), `${id} may be a repetition`);
  }
  const waiting = inOrder([...model.known].filter((id) => !model.offered.has(id)));
  assert.deepEqual(
    mailbox.waiting().map(({ id }) => id),
    waiting,
    'waiting, in order',
  );
  assert.deepEqual(
    mailbox.unconfirmed().map(({ id }) => id),
    inOrder([...model.known].filter((id) => model.offered.has(id))),
    'unconfirmed, in order',
  );
  assert.equal(readdirSync(rejected).length, 2 * model.rejected, 'rejected, each with its reason');
  assert.deepEqual(
    readdirSync(paths.tmp).filter((file) => file.endsWith('.json')),
    [],
    'nothing unfinished',
  );
  for (const [id, times] of model.told) assert.equal(times, 1, `${id} came out as new`);
}

function command(
  name: string,
  run: (model: Model, bench: MailboxBench) => void | Promise<void>,
  possible: (model: Model) => boolean = () => true,
): Command {
  return {
    check: possible,
    run: async (model, bench) => {
      await run(model, bench);
      check(model, bench);
    },
    toString: () => name,
  };
}

function tell(model: Model, id: string): void {
  model.told.set(id, (model.told.get(id) ?? 0) + 1);
  model.known.add(id);
}

/** A daemon looks into done/ before it accepts a message a second time. */
const arrive = (n: number): Command =>
  command(
    `arrive ${n}`,
    async (model, { mailbox, paths }) => {
      const message = messageOf(n);
      const committed = deliverMessage(paths, message.id, encodeMessage(message));
      const isNew = mailbox.arrive(message, committed);
      assert.equal(isNew, !model.known.has(message.id));
      assert.equal(await committed, model.inbox.has(message.id) ? 'duplicate' : 'delivered');
      await Promise.all(mailbox.pending());
      if (isNew) tell(model, message.id);
      model.inbox.add(message.id);
    },
    (model) => !model.done.has(messageOf(n).id),
  );

const drop = (n: number): Command =>
  command(`drop ${n}`, (model, bench) => {
    const { id } = bench.dropMessage(n);
    model.inbox.add(id);
  });

const dropStray = (n: number): Command =>
  command(`drop ${n} under another name`, (model, bench) => {
    bench.drop(`stray-${model.strays.length}.json`, encodeMessage(messageOf(n)));
    model.strays.push(messageOf(n).id);
  });

const dropGarbage = (text: string): Command =>
  command(`drop ${JSON.stringify(text)}`, (model, bench) => {
    bench.drop(`stray-${model.strays.length}.json`, text);
    model.strays.push(undefined);
  });

const scan = (): Command =>
  command('scan', (model, { mailbox }) => {
    const { fresh, again } = mailbox.scan();
    assert.equal(again, false);
    const found = new Set<string>();
    for (const id of [...model.inbox]) {
      if (model.known.has(id)) continue;
      if (model.done.has(id)) {
        model.inbox.delete(id); // a replay
        model.rejected += 1;
      } else found.add(id);
    }
    for (const id of model.strays.splice(0)) {
      if (id === undefined || model.done.has(id) || model.inbox.has(id)) model.rejected += 1;
      else {
        model.inbox.add(id);
        found.add(id);
      }
    }
    assert.deepEqual(
      fresh.map(({ id }) => id),
      inOrder(found),
    );
    for (const id of found) tell(model, id);
  });

const offer = (count: number): Command =>
  command(`offer ${count}`, (model, { mailbox }) => {
    for (const entry of mailbox.waiting().slice(0, count)) {
      mailbox.markPushed(entry, 'channel');
      model.offered.add(entry.id);
      assert.deepEqual(
        mailbox.read(entry),
        ALL.find(({ id }) => id === entry.id),
      );
    }
  });

const settle = (n: number): Command =>
  command(`settle ${n}`, async (model, { mailbox, paths }) => {
    const { id } = messageOf(n);
    const isThere = model.known.has(id);
    await mailbox.settle(id, { state: 'seen', evidence: 'reply' });
    if (!isThere) return;
    model.known.delete(id);
    model.inbox.delete(id);
    model.done.add(id);
    writeReceipts(); // they wait for a quiet moment
    assert.ok(readdirSync(paths.receipts).includes(`${id}.receipt.json`));
  });

/** By a session that re-attaches, or by another one that takes the name over. */
const reopen = (sameSession: boolean): Command =>
  command(`re-open for ${sameSession ? 'the same' : 'another'} session`, (model, bench) => {
    for (const id of model.offered) {
      if (sameSession) model.offeredBefore.delete(id);
      else model.offeredBefore.add(id); // by whichever session: one of them may have shown it
    }
    if (!sameSession) model.offered.clear();
    bench.open({ given: model.offered });
    model.known.clear();
    model.told.clear();
  });

test('every accepted message is in one place, comes out once and in order, whatever happens', async (t) => {
  const which = fc.nat(COUNT - 1);
  const commands = fc.commands(
    [
      which.map(arrive),
      which.map(drop),
      which.map(dropStray),
      fc.constantFrom('', '{', 'x', '[[', '{"id":"msg-1"}').map(dropGarbage),
      fc.constant(null).map(scan),
      fc.constant(null).map(scan),
      fc.nat(3).map(offer),
      which.map(settle),
      fc.boolean().map(reopen),
    ],
    { maxCommands: 40 },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const model: Model = {
        inbox: new Set(),
        known: new Set(),
        offered: new Set(),
        offeredBefore: new Set(),
        done: new Set(),
        strays: [],
        rejected: 0,
        told: new Map(),
      };
      const bench = new MailboxBench(t);
      await fc.asyncModelRun(() => ({ model, real: bench }), steps);
    }),
    { numRuns: 80 },
  );
});
