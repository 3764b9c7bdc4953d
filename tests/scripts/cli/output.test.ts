import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printJsonLine } from '../../../scripts/cli/output.js';

test('what a screen hides or acts on is escaped in JSON, and means the same', async (t) => {
  const lines: string[] = [];
  t.mock.method(process.stdout, 'write', (text: string) => {
    lines.push(text);
    return true;
  });
  const value = { text: 'a\u009b\u202e\u200b\ufeff\u{e0041}\u{e0100}b 😀' };
  await printJsonLine(value);
  t.mock.restoreAll();
  const [line = ''] = lines;
  assert.match(line, /^[\x20-\x7e\n\p{Emoji}]+$/u);
  assert.deepEqual(JSON.parse(line), value);
});
