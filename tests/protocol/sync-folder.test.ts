import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { syncFolder } from '../../protocol/sync-folder.js';
import { tempFolder } from './support/temp-folder.js';

test('callers that come while a sync runs share the next one', async (t) => {
  const folder = tempFolder(t);
  const order: string[] = [];
  const call = (name: string): Promise<void> => {
    const synced = syncFolder(folder);
    void synced.then(() => order.push(name));
    return synced;
  };
  const first = call('first');
  const second = call('second');
  const third = call('third');
  assert.notEqual(second, first, 'a sync that has begun may have missed what the second changed');
  assert.equal(third, second);
  await first;
  const fourth = call('fourth'); // now the shared one runs
  assert.notEqual(fourth, second);
  await Promise.all([second, third, fourth]);
  assert.deepEqual(order, ['first', 'second', 'third', 'fourth']);
  await Promise.all(Array.from({ length: 200 }, () => syncFolder(folder)));
});

test('folders do not wait for each other', async (t) => {
  const folder = tempFolder(t);
  const other = join(folder, 'other');
  mkdirSync(other);
  assert.notEqual(syncFolder(folder), syncFolder(other));
  await Promise.all([syncFolder(folder), syncFolder(other)]);
});

test('a failed sync is told to everybody who waited for it, and to nobody after', async (t) => {
  const folder = join(tempFolder(t), 'missing');
  const waiting = [syncFolder(folder), syncFolder(folder), syncFolder(folder)];
  for (const result of await Promise.allSettled(waiting)) {
    assert.equal(result.status, 'rejected');
    assert.equal((result.reason as NodeJS.ErrnoException).code, 'ENOENT');
  }
  mkdirSync(folder);
  await syncFolder(folder);
});
