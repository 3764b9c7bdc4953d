import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Cc2ccError } from '../../protocol/errors.js';
import { acquireLease, leaseHolder } from '../../protocol/lease.js';
import { tempFolder } from './support/temp-folder.js';

interface Holder {
  who: string;
}

const never = (): boolean => false;
const always = (): boolean => true;

test('a lease is held by one until it is released', (t) => {
  const folder = join(tempFolder(t), 'not', 'there', 'yet');
  const first = acquireLease<Holder>(folder, { who: 'a' }, never);
  assert.ok(first.ok);
  assert.deepEqual(leaseHolder(folder), { who: 'a' });
  const second = acquireLease<Holder>(folder, { who: 'b' }, never);
  assert.deepEqual(second, { ok: false, holder: { who: 'a' } });
  first.lease.release();
  assert.equal(leaseHolder(folder), undefined);
  assert.ok(acquireLease<Holder>(folder, { who: 'b' }, never).ok);
  assert.deepEqual(leaseHolder(folder), { who: 'b' });
});

test('who may be taken over is asked of the holder in force only', (t) => {
  const folder = join(tempFolder(t), 'lease');
  mkdirSync(folder);
  acquireLease<Holder>(folder, { who: 'a' }, never);
  const asked: Holder[] = [];
  const taken = acquireLease<Holder>(folder, { who: 'b' }, (other) => asked.push(other) > 0);
  assert.ok(taken.ok);
  assert.deepEqual(asked, [{ who: 'a' }]);
  assert.deepEqual(leaseHolder(folder), { who: 'b' });
});

test('the release of one that was taken over, or a second release, changes nothing', (t) => {
  const folder = join(tempFolder(t), 'lease');
  mkdirSync(folder);
  const first = acquireLease<Holder>(folder, { who: 'a' }, never);
  const second = acquireLease<Holder>(folder, { who: 'b' }, always);
  assert.ok(first.ok && second.ok);
  first.lease.release();
  first.lease.release();
  assert.deepEqual(leaseHolder(folder), { who: 'b' });
  second.lease.release();
  const third = acquireLease<Holder>(folder, { who: 'c' }, never);
  assert.ok(third.ok);
  second.lease.release();
  assert.deepEqual(leaseHolder(folder), { who: 'c' });
});

test('many turns leave one file and no temporary ones', (t) => {
  const folder = join(tempFolder(t), 'lease');
  mkdirSync(folder);
  for (let turn = 0; turn < 50; turn += 1) {
    const taken = acquireLease<Holder>(folder, { who: String(turn) }, always);
    assert.ok(taken.ok);
    assert.equal(acquireLease<Holder>(folder, { who: 'x' }, never).ok, false);
    if (turn % 2 === 0) taken.lease.release();
    assert.equal(readdirSync(folder).length, 1);
  }
});

test('a torn, empty or foreign file holds nothing', (t) => {
  const folder = join(tempFolder(t), 'lease');
  mkdirSync(folder);
  for (const [number, text] of ['{"who":', '', '[]', '{}', '"a"', 'null'].entries()) {
    writeFileSync(join(folder, `${100 * (number + 1)}.json`), text);
    writeFileSync(join(folder, 'notes.json'), '{"who":"nobody"}');
    const taken = acquireLease<Holder>(folder, { who: 'a' }, never);
    assert.ok(taken.ok, text);
    taken.lease.release();
  }
});

test('a folder that was removed meanwhile is no reason to fail at the release', (t) => {
  const folder = join(tempFolder(t), 'lease');
  const taken = acquireLease<Holder>(folder, { who: 'a' }, never);
  assert.ok(taken.ok);
  rmSync(folder, { recursive: true });
  taken.lease.release();
});

test('where no folder can be made, the error names it', (t) => {
  const file = join(tempFolder(t), 'file');
  writeFileSync(file, '');
  assert.throws(
    () => acquireLease<Holder>(join(file, 'lease'), { who: 'a' }, never),
    (error) =>
      error instanceof Cc2ccError && error.code === 'E_STORE' && error.message.includes(file),
  );
});
