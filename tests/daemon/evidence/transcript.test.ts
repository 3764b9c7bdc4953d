import assert from 'node:assert/strict';
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isTranscriptPath } from '../../../daemon/evidence/client-files.js';
import { Transcript } from '../../../daemon/evidence/transcript.js';
import { until } from '../../support/events.js';
import { collectGarbage } from '../../support/garbage.js';
import { tempFolder } from '../../protocol/support/temp-folder.js';

const MIB = 1024 * 1024;

const userLine = (id: string): string =>
  `${JSON.stringify({ type: 'user', message: { role: 'user', content: `[cc2cc] 1\n\n[${id}] from ann\n> x` } })}\n`;

test('a line that never ends is not kept in memory, and what comes after it is read', async (t) => {
  const path = join(tempFolder(t), 'x.jsonl');
  writeFileSync(path, '');
  const transcript = Transcript.open(path, 0)!;
  const { arrayBuffers: before } = process.memoryUsage();
  for (let round = 0; round < 64; round += 1) {
    appendFileSync(path, Buffer.alloc(2 * MIB, 'x'));
    assert.deepEqual(transcript.read(), []);
  }
  // Buffers that nobody holds are freed by a thread of its own, when it gets to it.
  const isFree = (): boolean => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers - before < 4 * MIB;
  };
  await until(isFree, 'end of the buffers', 30_000);
  appendFileSync(path, `\n${userLine('msg-after')}`);
  assert.deepEqual(transcript.read(), ['msg-after']);
});

test('a sparse file of gigabytes is not read through', (t) => {
  const path = join(tempFolder(t), 'x.jsonl');
  writeFileSync(path, userLine('msg-first'));
  const transcript = Transcript.open(path, MIB)!;
  assert.deepEqual(transcript.read(), ['msg-first']);
  truncateSync(path, 2048 * MIB);
  const begun = performance.now();
  for (let look = 0; look < 4; look += 1) assert.deepEqual(transcript.read(), []);
  assert.ok(performance.now() - begun < 1_000);
  truncateSync(path, 0);
  assert.deepEqual(transcript.read(), []);
  appendFileSync(path, userLine('msg-new'));
  assert.deepEqual(transcript.read(), ['msg-new']);
});

test('only what lies in the client’s own projects is a transcript', () => {
  assert.ok(isTranscriptPath('/h/.claude/projects/-x/1.jsonl', '/h/.claude'));
  for (const path of [
    '/h/.claude/projects-of-others/1.jsonl',
    '/h/.claude/projects/../../secret.jsonl',
    '/h/.claude/projects/-x/1.json',
    'projects/1.jsonl',
  ]) {
    assert.equal(isTranscriptPath(path, '/h/.claude'), false, path);
  }
});
