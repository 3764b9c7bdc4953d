import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { MAX_TEXT_BYTES } from '../../../protocol/limits.js';
import { readTextArgument } from '../../../scripts/cli/text-argument.js';

const from = (...chunks: (string | Uint8Array)[]): Readable =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk as string)));

test('a text is the argument, or for - what stdin gives without its last line break', async () => {
  assert.equal(await readTextArgument('hello\n', from('x')), 'hello\n');
  assert.equal(await readTextArgument('-', from('one\n', 'two\n')), 'one\ntwo');
  assert.equal(await readTextArgument('-', from('one\r\n')), 'one');
  assert.equal(await readTextArgument('-', from('one\n\n')), 'one\n');
  // A character may come in two pieces.
  const bytes = Buffer.from('ä');
  assert.equal(await readTextArgument('-', from(bytes.subarray(0, 1), bytes.subarray(1))), 'ä');
});

test('a text that is empty, too long or no text is refused', async () => {
  await assert.rejects(readTextArgument(' \n'), { code: 'E_USAGE' });
  await assert.rejects(readTextArgument('-', from('\n')), { code: 'E_USAGE' });
  await assert.rejects(readTextArgument('-', from()), { code: 'E_USAGE' });
  await assert.rejects(readTextArgument('-', from(Uint8Array.of(0xff))), { code: 'E_USAGE' });
  const most = 'x'.repeat(MAX_TEXT_BYTES);
  assert.equal(await readTextArgument('-', from(most, '\n')), most);
  await assert.rejects(readTextArgument('-', from(most, 'x')), { code: 'E_LIMIT' });
  await assert.rejects(readTextArgument(`${most}x`), { code: 'E_LIMIT' });
});

test('what is too long is not read to its end', async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) {
      given += 1;
      yield Buffer.alloc(64 * 1024);
    }
  }
  await assert.rejects(readTextArgument('-', endless()), { code: 'E_LIMIT' });
  assert.ok(given < 20);
});
