/**
 * Whatever lies in a root, however often and when it is cleaned up: nothing that waits and has time
 * goes, and no message that has ended can be delivered again while it is valid.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { admit } from '../../../mail/admit.js';
import { expiredItems } from '../../../mail/cleanup/expired.js';
import { registryOf } from '../../../mail/directory.js';
import { isTombstone } from '../../../mail/tombstone.js';
import { createMessage, encodeMessage, expiresAt } from '../../../protocol/envelope.js';
import { DAY, Root } from './support/root.js';

const NAMES = ['ann', 'ben', 'cid', 'dot'];
const name = fc.constantFrom(...NAMES);
const ttl = fc.constantFrom(0, 1, 3600, 2 * 86400, 30 * 86400, 400 * 86400);

/** Days from now, either way. */
const days = fc.integer({ min: -60, max: 60 });

const letter = fc.record({
  to: name,
  from: fc.constantFrom(...NAMES, 'stranger'),
  folder: fc.constantFrom<'inbox' | 'done'>('inbox', 'done'),
  ttl,
  sent: days,
  receipt: fc.boolean(),
});

const trace = fc.record({
  of: name,
  heartbeat: fc.option(fc.record({ age: days, active: fc.boolean(), host: fc.boolean() })),
  card: fc.boolean(),
  renamedTo: fc.option(name),
  lease: fc.boolean(),
});

const step = fc.record({
  now: fc.integer({ min: 0, max: 500 }),
  keepDays: fc.constantFrom(0, 0.5, 1, 7, 90),
  attached: fc.subarray(NAMES),
  dryRun: fc.boolean(),
  /** Ended by the death of the cleanup after so many things. */
  dies: fc.option(fc.nat(6)),
});

type Of<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Scene = {
  letters: Of<typeof letter>[];
  traces: Of<typeof trace>[];
  steps: Of<typeof step>[];
};

test('nothing unread goes before its time, and nothing seen comes twice', async (t) => {
  const run = async ({ letters, traces, steps }: Scene): Promise<void> => {
    const root = new Root(t);
    const start = Date.now();
    const sent = letters.map(({ to, from, folder, ttl, sent, receipt }, n) => {
      const id = `msg-${n}`;
      const at = start + sent * DAY;
      const message = createMessage({ id, from, to, text: `text ${n}`, ttl, at });
      const paths = root.mailbox(to);
      writeFileSync(join(paths[folder], `${id}.json`), encodeMessage(message));
      if (receipt) root.receipt(to, id);
      return { id, to, folder, message, paths };
    });
    for (const { of, heartbeat, card, renamedTo, lease } of traces) {
      if (card) root.card(of, renamedTo ?? undefined);
      if (lease) root.lease(of);
      if (heartbeat === null) continue;
      const timestamp = new Date(start + heartbeat.age * DAY).toISOString();
      const status = heartbeat.active ? 'active' : 'offline';
      root.heartbeat(of, { timestamp, status, host: heartbeat.host ? 'there' : undefined });
    }
    let latest = start;
    for (const { now, keepDays, attached, dryRun, dies } of steps) {
      const time = start + now * DAY;
      if (!dryRun) latest = Math.max(latest, time);
      const before = root.listing();
      let count = 0;
      const ended = new AbortController();
      await root.clean(now, {
        keepDays,
        dryRun,
        isAttached: (other) => attached.includes(other),
        sources: [
          expiredItems({ registry: registryOf(root.path), ttl: 1, seal: (notice) => notice }),
        ],
        breathe: async () => {
          if (dies !== null && (count += 1) > dies) ended.abort();
        },
        signal: ended.signal,
      });
      if (dryRun) assert.deepEqual(root.listing(), before, 'a dry run changes nothing');
    }
    for (const { id, folder, message, paths } of sent) {
      const file = `${id}.json`;
      const [inbox, done] = [paths.inbox, paths.done].map((place) => join(place, file));
      const isValid = expiresAt(message) > latest;
      if (folder === 'inbox' && isValid) {
        assert.equal(readFileSync(inbox!, 'utf8'), encodeMessage(message).toString(), id);
      }
      // Whoever has the content brings it once more. What is valid no more is not shown by anybody.
      if (!isValid || folder === 'inbox') continue;
      assert.ok(existsSync(done!), `${id} is known`);
      writeFileSync(inbox!, encodeMessage(message));
      assert.match(admit(paths, message, file) ?? '', /^replay/, id);
      rmSync(inbox!);
      if (!isTombstone(done!)) assert.equal(readFileSync(done!, 'utf8').includes(id), true);
    }
    rmSync(root.path, { recursive: true });
  };
  const scene = fc.record({
    letters: fc.array(letter, { maxLength: 8 }),
    traces: fc.array(trace, { maxLength: 6 }),
    steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  });
  await fc.assert(fc.asyncProperty(scene, run), { numRuns: 300 });
});
