import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HookSource } from '../../daemon/hook-source.js';

for (const first of [false, true]) {
  test(`of two sorts of hooks the first is heard: ${first ? 'plugin' : 'settings'}`, () => {
    const source = new HookSource();
    const heard = [first, !first, !first, first, !first].map((sort) => source.hears(sort));
    assert.deepEqual(heard, [true, false, false, true, false]);
  });
}

test('the other sort is heard when the first one is gone', () => {
  const source = new HookSource();
  source.hears(true);
  const heard = Array.from({ length: 30 }, () => source.hears(false));
  assert.ok(heard.indexOf(true) > 10);
  assert.ok(heard.slice(heard.indexOf(true)).every(Boolean));
});
