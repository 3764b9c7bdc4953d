/** docs/doctor.md has every check, in order, with what --fix does. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CHECKS } from '../../../scripts/doctor/table.js';

const PAGE = readFileSync(new URL('../../../../docs/doctor.md', import.meta.url), 'utf8');
const ROWS = [...PAGE.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \|.*\| ([^|]*)\|$/gm)].map(
  ([, id, title, fix]) => ({ id, title, fix: fix!.trim() }),
);

test('the page has all checks in the order of the output, with their titles', () => {
  assert.deepEqual(
    ROWS.map(({ id, title }) => ({ id, title })),
    CHECKS.map(({ id, title }) => ({ id, title })),
  );
});

test('the page says of which checks --fix mends something', () => {
  const told = ROWS.filter(({ fix }) => fix.startsWith('yes:') || fix === 'yes');
  assert.deepEqual(
    told.map(({ id }) => id),
    CHECKS.filter(({ mend }) => mend !== undefined).map(({ id }) => id),
  );
});

test('ids are unique and short words, titles fit their column', () => {
  assert.equal(new Set(CHECKS.map(({ id }) => id)).size, CHECKS.length);
  for (const { id, title } of CHECKS) {
    assert.match(id, /^[a-z]+(?:-[a-z]+)*$/);
    assert.ok(title.length <= 20, title);
  }
});
