/** The mailbox with lanes, evidence and hands that meddle, against a model without a disk. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { deliverMessage, stageMessage } from '../../mail/deliver.js';
import type { LaneName } from '../../mail/delivery.js';
import { withdrawReceipt, writeReceipts } from '../../mail/receipts.js';
import { encodeMessage } from '../../protocol/envelope.js';
import { tryOutAsync } from '../support/fuzz.js';
import { MailboxBench, messageOf } from './support/mailbox-bench.js';

const COUNT = 5;
const ORDER = Array.from({ length: COUNT }, (_, n) => messageOf(n).id).sort();
const inOrder = (ids: Iterable<string>): string[] =>
  [...ids].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));

/** One message, as it must be. */
interface Fate {
  place: 'nowhere' | 'inbox' | 'done';
  /** The mailbox has told of it, and it is not settled. */
  known: boolean;
  pushed: LaneName | undefined;
  repeated: boolean;
  receipt: boolean;
  /** By which evidence it is in done/. */
  byResult: boolean;
  /** What the journal tells: an offer of which nobody knows what became; one that may have been seen. */
  open: boolean;
  maybe: boolean;
  /** The same when this mailbox was opened, and what it found out itself. */
  before: boolean;
  shown: boolean;
}

type Model = Map<string, Fate>;
type Command = fc.AsyncCommand<Model, MailboxBench>;

const newFate = (): Fate => ({
  place: 'nowhere',
  known: false,
  pushed: undefined,
  repeated: false,
  receipt: false,
  byResult: false,
  open: false,
  maybe: false,
  before: false,
  shown: false,
});

const filesIn = (folder: string, ending: string): string[] =>
  inOrder(readdirSync(folder).map((file) => file.slice(0, -ending.length)));

function check(model: Model, { mailbox, paths, rejected }: MailboxBench): void {
  writeReceipts(); // they wait for a quiet moment
  const those = (fits: (fate: Fate) => boolean): string[] =>
    inOrder([...model].filter(([, fate]) => fits(fate)).map(([id]) => id));
  assert.deepEqual(
    filesIn(paths.inbox, '.json'),
    those(({ place }) => place === 'inbox'),
    'inbox',
  );
  assert.deepEqual(
    filesIn(paths.done, '.json'),
    those(({ place }) => place === 'done'),
    'done',
  );
  assert.deepEqual(
    filesIn(paths.receipts, '.receipt.json'),
    those(({ receipt }) => receipt),
    'receipts',
  );
  assert.deepEqual(readdirSync(rejected), [], 'nothing is refused');
  assert.deepEqual(
    inOrder(mailbox.entries.keys()),
    those(({ known }) => known),
    'known',
  );
  assert.deepEqual(
    mailbox.waiting().map(({ id }) => id),
    those(({ known, pushed }) => known && pushed === undefined),
    'what is offered, in order',
  );
  assert.deepEqual(
    mailbox.unconfirmed().map(({ id, state }) => [id, state.name === 'pushed' && state.lane]),
    those(({ known, pushed }) => known && pushed !== undefined).map((id) => [
      id,
      model.get(id)!.pushed,
    ]),
    'what may have been seen, in order',
  );
  for (const { id, repeated } of mailbox.entries.values()) {
    assert.equal(repeated, model.get(id)!.repeated, `${id} may be a repetition`);
  }
}

type Step = (fate: Fate, bench: MailboxBench, id: string, n: number) => void | Promise<void>;

function command(name: string, n: number, possible: (fate: Fate) => boolean, run: Step): Command {
  const { id } = messageOf(n);
  return {
    check: (model) => possible(model.get(id)!),
    run: async (model, bench) => {
      await run(model.get(id)!, bench, id, n);
      check(model, bench);
    },
    toString: () => `${name} ${n}`,
  };
}

function tell(fate: Fate): void {
  fate.known = true;
  fate.pushed = undefined;
  fate.repeated = fate.shown || fate.before;
}

function offer(fate: Fate, lane: LaneName): void {
  if (fate.pushed !== undefined) fate.repeated = true;
  fate.pushed = lane;
  if (fate.open) fate.maybe = true;
  fate.open = true;
}

function end(fate: Fate, seen: boolean, byResult: boolean): void {
  Object.assign(fate, { place: 'done', known: false, pushed: undefined, receipt: seen, byResult });
}

const lane = fc.constantFrom<LaneName>('channel', 'socket', 'hook');
const isKnown = ({ known }: Fate): boolean => known;
const isPushed = ({ known, pushed }: Fate): boolean => known && pushed !== undefined;
const entryOf = ({ mailbox }: MailboxBench, id: string) => mailbox.entries.get(id)!;

const arrive = (n: number): Command =>
  command(
    'arrive',
    n,
    ({ place, known }) => place === 'nowhere' && !known,
    async (fate, { mailbox, paths }, id) => {
      const committed = deliverMessage(paths, id, encodeMessage(messageOf(n)));
      assert.equal(mailbox.arrive(messageOf(n), committed), true);
      await committed;
      await Promise.all(mailbox.pending());
      fate.place = 'inbox';
      tell(fate);
    },
  );

const drop = (n: number): Command =>
  command(
    'drop',
    n,
    ({ place }) => place !== 'done',
    (fate, bench) => {
      bench.dropMessage(n);
      fate.place = 'inbox';
    },
  );

const push = (n: number, by: LaneName): Command =>
  command(`push by ${by}`, n, isKnown, (fate, bench, id) => {
    bench.mailbox.markPushed(entryOf(bench, id), by);
    offer(fate, by);
  });

const overdue = (n: number): Command =>
  command('overdue', n, isPushed, (fate, bench, id) => {
    const { tried } = entryOf(bench, id);
    const before = tried.length;
    bench.mailbox.markOverdue(entryOf(bench, id));
    assert.equal(tried.length, before + 1);
    Object.assign(fate, { pushed: undefined, repeated: true, maybe: true });
  });

const unsent = (n: number): Command =>
  command('unsent', n, isPushed, (fate, bench, id) => {
    bench.mailbox.markUnsent(entryOf(bench, id));
    fate.pushed = undefined;
    fate.open = false;
  });

const seen = (n: number): Command =>
  command(
    'seen',
    n,
    ({ known, place }) => known && place === 'inbox',
    async (fate, { mailbox }, id) => {
      await mailbox.settle(id, { state: 'seen', evidence: 'transcript' });
      end(fate, true, false);
    },
  );

const expire = (n: number): Command =>
  command(
    'expire',
    n,
    ({ known, place }) => known && place === 'inbox',
    async (fate, { mailbox }, id) => {
      await mailbox.settle(id, { state: 'expired' });
      end(fate, false, false);
    },
  );

const result = (n: number): Command =>
  command(
    'tool result',
    n,
    ({ known, place }) => known && place === 'inbox',
    async (fate, bench, id) => {
      bench.mailbox.markPushed(entryOf(bench, id), 'tool');
      offer(fate, 'tool');
      await bench.mailbox.settle(id, { state: 'seen', evidence: 'tool result' });
      end(fate, true, true);
    },
  );

const resultDropped = (n: number): Command =>
  command('tool result that is dropped before it counts', n, isKnown, async (fate, bench, id) => {
    bench.mailbox.markPushed(entryOf(bench, id), 'tool');
    offer(fate, 'tool');
    const settling = bench.mailbox.settle(id, { state: 'seen', evidence: 'tool result' });
    bench.mailbox.markDropped(entryOf(bench, id));
    await settling;
    fate.pushed = undefined;
    fate.open = false;
  });

/** As `cc2cc/dropped` does it. */
const takeBack = (n: number): Command =>
  command(
    'take back',
    n,
    ({ place }) => place === 'done',
    (fate, { mailbox, paths }, id) => {
      assert.equal(mailbox.unsettle(id), fate.byResult);
      if (!fate.byResult) return;
      withdrawReceipt(paths, id);
      fate.open = false;
      fate.shown ||= fate.maybe;
      Object.assign(fate, { place: 'inbox', receipt: false, byResult: false });
    },
  );

const takeAway = (n: number): Command =>
  command(
    'take away by hand',
    n,
    ({ place }) => place === 'inbox',
    (fate, bench, id) => {
      rmSync(join(bench.paths.inbox, `${id}.json`));
      fate.place = 'nowhere';
      if (!fate.known) return;
      const entry = entryOf(bench, id);
      entry.message = undefined;
      assert.equal(bench.mailbox.read(entry), undefined);
      if (fate.pushed !== undefined) fate.shown = true;
      Object.assign(fate, { known: false, pushed: undefined });
    },
  );

const scan = (): Command => ({
  check: () => true,
  run: async (model, bench) => {
    const { fresh, again } = bench.mailbox.scan();
    assert.equal(again, false);
    const offered = [bench.mailbox.waiting()];
    while (bench.mailbox.unread > 0) {
      fresh.push(...bench.mailbox.readOn().fresh);
      offered.push(bench.mailbox.waiting());
    }
    const all = offered.at(-1);
    for (const some of offered) assert.deepEqual(some, all?.slice(0, some.length), 'in order');
    const found = [...model].filter(([, { place, known }]) => place === 'inbox' && !known);
    assert.deepEqual(inOrder(fresh.map(({ id }) => id)), inOrder(found.map(([id]) => id)));
    for (const [, fate] of found) tell(fate);
    check(model, bench);
    return Promise.resolve();
  },
  toString: () => 'scan',
});

/** The daemon ends and the next one opens the mailbox, for a session that knows nothing. */
const restart = (atOnce: number): Command => ({
  check: () => true,
  run: async (model, bench) => {
    bench.open({}, atOnce);
    for (const fate of model.values()) {
      fate.before = fate.place !== 'done' && (fate.open || fate.maybe);
      Object.assign(fate, { known: false, pushed: undefined, shown: false });
    }
    check(model, bench);
    return Promise.resolve();
  },
  toString: () => `restart, ${atOnce} at once`,
});

test('lanes, evidence, expiry, taking back and meddling hands: all is where the model says', async (t) => {
  const which = fc.nat(COUNT - 1);
  const commands = fc.commands(
    [
      which.map(arrive),
      which.map(drop),
      fc.tuple(which, lane).map(([n, by]) => push(n, by)),
      which.map(overdue),
      which.map(unsent),
      which.map(seen),
      which.map(expire),
      which.map(result),
      which.map(resultDropped),
      which.map(takeBack),
      which.map(takeAway),
      fc.constant(null).map(scan),
      fc.integer({ min: 1, max: COUNT }).map(restart),
    ],
    { maxCommands: 60, size: 'max' },
  );
  await tryOutAsync(
    t,
    100,
    fc.asyncProperty(commands, async (steps) => {
      const model: Model = new Map(ORDER.map((id) => [id, newFate()]));
      const bench = new MailboxBench(t);
      bench.open({}, 2);
      await fc.asyncModelRun(() => ({ model, real: bench }), steps);
    }),
  );
});

test('whatever overtakes what: each message ends in one place and is told of once', async (t) => {
  const deed = fc.constantFrom(
    'push',
    'tool result',
    'reply',
    'expire',
    'scan',
    'ring',
    'dropped',
    'read',
  );
  const deeds = fc.array(fc.tuple(deed, fc.nat(COUNT - 1)), { maxLength: 25 });
  await tryOutAsync(
    t,
    60,
    fc.asyncProperty(fc.scheduler(), deeds, async (scheduler, all) => {
      const bench = new MailboxBench(t);
      const { mailbox, paths } = bench;
      const told = new Map<string, number>();
      const stages = ORDER.map((_, n) => {
        const message = messageOf(n);
        return { message, staged: stageMessage(paths, message.id, encodeMessage(message)) };
      });
      const settling: Promise<unknown>[] = [];
      for (const { message, staged } of stages) {
        // The disk takes its time, and so does the news of it.
        const committed = scheduler.schedule(Promise.resolve(), 'disk').then(() => staged.commit());
        const late = committed.then((outcome) =>
          scheduler.schedule(Promise.resolve(outcome), 'news'),
        );
        assert.equal(mailbox.arrive(message, late), true);
        settling.push(late);
      }
      const act = (what: string, id: string): void => {
        const entry = mailbox.entries.get(id);
        if (what === 'scan' || what === 'ring') {
          for (const { id: fresh } of mailbox.scan(what === 'scan' ? undefined : [`${id}.json`])
            .fresh) {
            told.set(fresh, (told.get(fresh) ?? 0) + 1);
          }
        }
        if (entry === undefined) return;
        if (what === 'push') mailbox.markPushed(entry, 'channel');
        if (what === 'read') assert.equal(mailbox.read(entry)?.id, id);
        if (what === 'dropped') mailbox.markDropped(entry);
        if (what === 'reply')
          settling.push(mailbox.settle(id, { state: 'seen', evidence: 'reply' }));
        if (what === 'expire') settling.push(mailbox.settle(id, { state: 'expired' }));
        if (what === 'tool result') {
          mailbox.markPushed(entry, 'tool');
          settling.push(mailbox.settle(id, { state: 'seen', evidence: 'tool result' }));
        }
      };
      for (const [what, n] of all) {
        const deed = scheduler.schedule(Promise.resolve(), what).then(() => {
          act(what, messageOf(n).id);
        });
        settling.push(deed);
      }
      // What is done may have more to be waited for.
      for (let count = 0; count < settling.length;) {
        count = settling.length;
        await scheduler.waitFor(Promise.all(settling));
      }
      mailbox.scan();
      writeReceipts();
      const inbox = filesIn(paths.inbox, '.json');
      const done = filesIn(paths.done, '.json');
      assert.deepEqual(inOrder([...inbox, ...done]), ORDER, 'each in one place');
      assert.deepEqual(inOrder(mailbox.entries.keys()), inbox, 'known is what is in the inbox');
      assert.deepEqual([...told], [], 'a message that has arrived is no news');
      assert.deepEqual(readdirSync(bench.rejected), []);
      const receipts = filesIn(paths.receipts, '.receipt.json');
      assert.ok(
        receipts.every((id) => done.includes(id)),
        'receipts speak of what was seen',
      );
      assert.deepEqual(
        readdirSync(paths.tmp).filter((file) => file.endsWith('.json')),
        [],
      );
      // The next daemon finds the same.
      bench.open({}).scan();
      assert.deepEqual(inOrder(bench.mailbox.entries.keys()), inbox);
    }),
  );
});
