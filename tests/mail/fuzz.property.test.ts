/** 10,000 files that anybody could write, against the specification written down a second time. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { inspectFile } from '../../mail/inspect.js';
import { readKey } from '../../mail/key-files.js';
import { validateBytes } from '../../mail/validate.js';
import { MailboxBench } from '../daemon/support/mailbox-bench.js';
import { hostileFile } from './support/hostile-files.js';
import { judge } from './support/oracle.js';

const FILES = 10_000;
/** Files that lie in one inbox together. */
const BATCH = 100;
const MTIME = new Date(1000);

function benchWithKey(t: TestContext): { bench: MailboxBench; key: string } {
  const bench = new MailboxBench(t);
  bench.gate.keys.ensure();
  return { bench, key: readKey(dirname(bench.rejected))! };
}

/** Shown as text where one of them shows a fault. */
const shown = (key: string): fc.Arbitrary<{ bytes: Buffer }> =>
  hostileFile(key).map((bytes) => ({
    bytes,
    [fc.toStringMethod]: () => JSON.stringify(bytes.toString('latin1')),
  }));

test('validate and a look at a file find good what the specification allows, and nothing else', (t) => {
  const { bench, key } = benchWithKey(t);
  const rules = { ...bench.gate, hasKey: true };
  const name = 'file.json';
  let good = 0;
  const property = fc.property(shown(key), ({ bytes }) => {
    const { id } = judge(bytes, key);
    if (id !== undefined) good += 1;
    const found = validateBytes(bytes, { file: name, mtime: MTIME, changedAt: 0 }, rules);
    assert.equal(found.valid, id !== undefined, JSON.stringify(found));
    if (found.valid) assert.equal(found.id, id);
    else assert.ok(found.problems.some(({ level }) => level === 'error'));
    bench.drop(name, bytes);
    const verdict = inspectFile(join(bench.paths.inbox, name), name, bench.gate.keys);
    const taken = verdict.kind === 'message' && verdict.signature !== 'invalid';
    assert.equal(taken, id !== undefined, JSON.stringify(verdict));
  });
  fc.assert(property, { numRuns: FILES });
  // Else the generator, and not the product, would decide.
  assert.ok(good > FILES / 5 && good < (FILES * 4) / 5, `${good} were good`);
});

test('an inbox takes in what the specification allows, once, and puts all else aside', (t) => {
  const { bench, key } = benchWithKey(t);
  const seed = Date.now();
  t.diagnostic(`seed ${seed}`);
  const files = fc.sample(hostileFile(key), { numRuns: FILES, seed });
  for (let from = 0; from < FILES; from += BATCH) {
    const batch = files.slice(from, from + BATCH);
    batch.forEach((bytes, at) => {
      bench.drop(`file-${at}.json`, bytes);
    });
    const good = new Set(batch.flatMap((bytes) => judge(bytes, key).id ?? []));
    const mailbox = bench.open({});
    assert.equal(mailbox.scan().again, false);
    assert.deepEqual([...mailbox.entries.keys()].sort(), [...good].sort(), `seed ${seed}`);
    const left = readdirSync(bench.paths.inbox).sort();
    assert.deepEqual(left, [...good].map((id) => `${id}.json`).sort(), `seed ${seed}`);
    // Each with its reason.
    assert.equal(readdirSync(bench.rejected).length, 2 * (batch.length - good.size));
    clear(bench);
  }
});

/** Takes everything away, so that an id may come again. */
function clear({ paths, rejected }: MailboxBench): void {
  for (const folder of [paths.inbox, paths.done, rejected]) {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  }
  rmSync(paths.journal, { force: true });
}
