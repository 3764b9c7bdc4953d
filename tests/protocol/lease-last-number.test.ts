import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { acquireLease } from '../../protocol/lease.js';
import { tempFolder } from './support/temp-folder.js';

test('a number that has no successor is an error and no endless search', (t) => {
  const folder = join(tempFolder(t), 'lease');
  mkdirSync(folder);
  writeFileSync(join(folder, '999999999999999.json'), '{}');
  assert.throws(() => acquireLease(folder, { pid: 1 }, () => false), { code: 'E_STORE' });
});
