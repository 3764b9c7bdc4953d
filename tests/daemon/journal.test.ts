import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { Journal } from '../../daemon/journal.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

test('what cannot be written at first is written with the next line, in order', async (t) => {
  const path = join(tempFolder(t), 'journal.jsonl');
  const journal = new Journal(path, pino({ level: 'silent' }));
  mkdirSync(path); // like a full disk: it fails, and later it does not
  journal.note('msg-1', { event: 'pushed', lane: 'socket' });
  journal.flush();
  journal.note('msg-2', { event: 'pushed', lane: 'hook' });
  await Promise.resolve();
  rmdirSync(path);
  journal.note('msg-1', { event: 'overdue' });
  await Promise.resolve();
  const told = [...journal.read()].map(([id, { history }]) => [
    id,
    ...history.map(({ event }) => event),
  ]);
  assert.deepEqual(told, [
    ['msg-1', 'pushed', 'overdue'],
    ['msg-2', 'pushed'],
  ]);
});

test('a long journal forgets what has ended, and nothing that is open', (t) => {
  const path = join(tempFolder(t), 'journal.jsonl');
  const journal = new Journal(path, pino({ level: 'silent' }));
  const id = (n: number): string => `msg-${n}`;
  const isOpen = (of: string): boolean => Number(of.slice(4)) % 100 === 0;
  for (let n = 0; n < 200; n += 1) journal.note(id(n), { event: 'pushed', lane: 'socket' });
  journal.compact(isOpen);
  journal.flush();
  assert.equal(journal.read().size, 200); // not worth while
  for (let n = 200; n < 3_000; n += 1) {
    journal.note(id(n), { event: 'pushed', lane: 'socket' });
    journal.note(id(n), { event: isOpen(id(n)) ? 'overdue' : 'expired' });
  }
  journal.flush();
  const before = journal.read();
  journal.compact(isOpen);
  const after = journal.read();
  assert.deepEqual(
    [...after],
    [...before].filter(([of]) => isOpen(of)),
  );
  assert.equal(after.size, 30);
  journal.note('msg-new', { event: 'pushed', lane: 'hook' });
  journal.flush();
  assert.equal(journal.read().size, 31);
});
