import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mailboxPaths } from '../../../protocol/paths.js';
import { sandboxFor } from '../../support/sandbox.js';
import { assertNoneTorn } from './whole.js';

test('a journal is torn when its line stays so, and a message at once', async (t) => {
  const { root } = sandboxFor(t);
  const { journal, inbox } = mailboxPaths(root, 'ann');
  mkdirSync(inbox, { recursive: true });
  writeFileSync(journal, '{"n":1}\n{"n":');
  const whole = assertNoneTorn(root);
  appendFileSync(journal, '2}\n');
  await whole;
  appendFileSync(journal, '{"n":');
  await assert.rejects(assertNoneTorn(root), /torn: to-ann\/journal\.jsonl/);
  appendFileSync(journal, '3}\n');
  await assertNoneTorn(root);
  const message = join(inbox, 'msg-1.json');
  writeFileSync(message, '{"id":');
  await assert.rejects(assertNoneTorn(root), assert.AssertionError);
});
