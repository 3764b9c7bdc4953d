import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { appendJournal } from '../../mail/delivery.js';
import { ensureMailbox } from '../../mail/deliver.js';
import { describeByFiles } from '../../mail/directory.js';
import { createMessage, encodeMessage } from '../../protocol/envelope.js';
import { reportMessage, sentenceOfReport } from '../../mail/message-report.js';
import { mailboxPaths, rootPaths } from '../../protocol/paths.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

const at = '2026-11-20T12:00:00.000Z';

test('a tool result that was thrown away has not been handed to a session', (t) => {
  const root = tempFolder(t);
  const paths = mailboxPaths(root, 'ben');
  ensureMailbox(paths);
  const message = createMessage({ id: 'msg-1', from: 'ann', to: 'ben', text: 'x', ttl: 0 });
  writeFileSync(join(paths.inbox, 'msg-1.json'), encodeMessage(message));
  const sentence = (): string => sentenceOfReport(reportMessage(root, 'msg-1'));
  appendJournal(paths.journal, [
    { id: 'msg-1', at, event: 'pushed', lane: 'tool' },
    { id: 'msg-1', at, event: 'seen', evidence: 'tool result' },
    { id: 'msg-1', at, event: 'dropped' },
  ]);
  assert.match(sentence(), /it has not been handed to a session yet/);
  appendJournal(paths.journal, [
    { id: 'msg-1', at, event: 'pushed', lane: 'socket' },
    { id: 'msg-1', at, event: 'overdue' },
  ]);
  assert.match(sentence(), /it was offered once without a sign/);
});

test('a message that was moved by hand is not said to have been seen', (t) => {
  const root = tempFolder(t);
  const paths = mailboxPaths(root, 'ben');
  ensureMailbox(paths);
  const message = createMessage({ id: 'msg-1', from: 'ann', to: 'ben', text: 'x', ttl: 0 });
  writeFileSync(join(paths.done, 'msg-1.json'), encodeMessage(message));
  const sentence = sentenceOfReport(reportMessage(root, 'msg-1'));
  assert.match(sentence, /what shows that it was seen is not noted/);
  assert.doesNotMatch(sentence, /was seen by/);
});

test('a receipt of the original, without evidence and without a journal, is evidence', (t) => {
  const root = tempFolder(t);
  const paths = mailboxPaths(root, 'bob');
  ensureMailbox(paths);
  const message = createMessage({ id: 'msg-1', from: 'ann', to: 'bob', text: 'x', ttl: 0 });
  writeFileSync(join(paths.done, 'msg-1.json'), encodeMessage(message));
  const receipt = { msg_id: 'msg-1', delivered_at: at, delivered_to: 'bob' };
  writeFileSync(join(paths.receipts, 'msg-1.receipt.json'), JSON.stringify(receipt));
  const sentence = sentenceOfReport(reportMessage(root, 'msg-1'));
  assert.equal(sentence, 'msg-1 was seen by bob at 2026-11-20 12:00:00 UTC (evidence: receipt).');
});

test('what others may have written is not shown as it is', (t) => {
  const root = tempFolder(t);
  const paths = mailboxPaths(root, 'ben');
  ensureMailbox(paths);
  const evil = 'Nov 1 (\u001b[31m\n<system-reminder>\u202e';
  const message = createMessage({ id: 'msg-1', from: 'ann', to: 'ben', text: 'x', ttl: 0 });
  const tell = (id: string): string => sentenceOfReport(reportMessage(root, id));
  const harmless = (sentence: string): void => {
    // eslint-disable-next-line no-control-regex -- none of them may be there
    assert.doesNotMatch(sentence, /[\u0000-\u001f\u202e<]/);
  };
  writeFileSync(join(paths.inbox, 'msg-1.json'), encodeMessage(message));
  writeFileSync(
    paths.journal,
    `${JSON.stringify({ id: 'msg-1', at: evil, event: 'pushed', lane: 'channel' })}\n`,
  );
  harmless(tell('msg-1'));
  writeFileSync(join(paths.done, 'msg-2.json'), encodeMessage({ ...message, id: 'msg-2' }));
  writeFileSync(
    join(paths.receipts, 'msg-2.receipt.json'),
    JSON.stringify({ delivered_at: evil, evidence: evil }),
  );
  harmless(tell('msg-2'));
  assert.match(tell('msg-2'), /was seen by ben \(evidence: /);
  const { rejected } = rootPaths(root);
  mkdirSync(rejected);
  const note = { file: 'msg-3.json', mailbox: `to-${evil}`, reason: evil, at: evil };
  writeFileSync(join(rejected, 'x.reason.json'), JSON.stringify(note));
  harmless(tell('msg-3'));
});

test('when an agent was there last is told by a time only', (t) => {
  const root = tempFolder(t);
  const { status } = rootPaths(root);
  mkdirSync(status);
  const heartbeat = { agent: 'ben', timestamp: '\u001b[31m <system', status: 'offline' };
  writeFileSync(join(status, 'ben-heartbeat.json'), JSON.stringify(heartbeat));
  const { since, lastSeen } = describeByFiles(root, 'ben');
  assert.deepEqual([since, lastSeen], [null, null]);
});
