import assert from 'node:assert/strict';
import { closeSync, readdirSync, unlinkSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { SpareFiles } from '../../daemon/spare.js';
import { until } from '../support/events.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

test('a burst gets more of them ready, and they go with a round when it is calm', async (t) => {
  const folder = tempFolder(t);
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const spare = new SpareFiles(folder);
  const ready = (count: number): Promise<unknown> =>
    until(() => spare.ready === count && readdirSync(folder).length === count, `${count} files`);
  const use = (): boolean => {
    const file = spare.take();
    if (file === undefined) return false;
    closeSync(file.fd);
    unlinkSync(file.path);
    return true;
  };
  await ready(1);
  assert.deepEqual([use(), use(), use()], [true, false, false]);
  await ready(4);
  for (let n = 0; n < 100; n += 1) use();
  await ready(32);
  spare.tend();
  assert.equal(spare.ready, 32, 'another burst may come');
  now = 60_000;
  spare.tend();
  await ready(1);
  assert.ok(use());
  await ready(1);
  spare.close();
  await ready(0);
});

test('messages in a row leave no file open: the next spare took the place of one nobody had used', async (t) => {
  const folder = tempFolder(t);
  const isEmpty = (): boolean => readdirSync(folder).length === 0;
  // How many turns of the event loop lie between two messages to one agent.
  const pauses = fc.array(fc.nat(4), { minLength: 2, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(pauses, async (turns) => {
      const spare = new SpareFiles(folder);
      await until(() => !isEmpty(), 'first spare file');
      for (const count of turns) {
        const file = spare.take();
        if (file !== undefined) {
          closeSync(file.fd);
          unlinkSync(file.path);
        }
        for (let i = 0; i < count; i += 1) await turn();
      }
      spare.close();
      assert.equal(spare.take(), undefined);
      // One that was on its way is made and removed.
      for (let i = 0; i < 4; i += 1) await turn();
      await until(isEmpty, 'end of what was got ready');
    }),
    { numRuns: 200 },
  );
});
