/** With encryption on, no text of a message or a task is ever in clear in a file of ours. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { tempFolder } from '../../protocol/support/temp-folder.js';
import { sandboxFor } from '../../support/sandbox.js';
import { wholeDay } from './support/day.js';
import { scanFor, type Found } from './support/scan.js';

const WITNESS = new URL('support/witness.js', import.meta.url).href;

interface Evidence {
  /** Secret words that somebody has said. */
  said: string[];
  /** In clear in a file, and where. */
  found: Found;
  /** In clear in a write to a file, whatever became of that. */
  written: { call: string; word: string }[];
}

/** A day in which everything is said, told, refused and lost once, and what its files give away. */
async function spyOn(t: TestContext, encrypt: boolean): Promise<Evidence> {
  const secret = `secret${randomBytes(6).toString('hex')}`;
  const notes = join(tempFolder(t), 'witness.jsonl');
  const sandbox = sandboxFor(t, {
    CC2CC_ENCRYPT: encrypt ? '1' : undefined,
    ...{ CC2CC_LOG_LEVEL: 'trace', CC2CC_SWEEP_MS: '100', CC2CC_ROUND_MS: '200' },
    ...{ NODE_OPTIONS: `--import=${WITNESS}`, CC2CC_TEST_WITNESS: notes },
    CC2CC_TEST_SECRET: secret,
  });
  const said: string[] = [];
  const found: Found = new Map();
  let files = 0;
  let looks = 0;
  const look = (): void => {
    looks += 1;
    files += scanFor(said, sandbox.dir, found);
  };
  const say = (what: string): string => {
    const word = `${secret}-${what}`;
    said.push(word);
    return `They say ${word} to everybody.`;
  };
  await wholeDay({ sandbox, say, look });
  await sandbox.end();
  look();
  const lines = existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : [];
  const written = lines.map((line) => JSON.parse(line) as { call: string; word: string });
  t.diagnostic(`${said.length} texts, ${looks} looks at ${files} files`);
  return { said, found, written };
}

test('with encryption on, no text is in clear in any file at any moment', async (t) => {
  const { said, found, written } = await spyOn(t, true);
  assert.ok(said.length > 50);
  assert.deepEqual([...found], []);
  assert.deepEqual(written, []);
});

test('without it all of them are: the search finds what there is to be found', async (t) => {
  const { said, found, written } = await spyOn(t, false);
  const missed = said.filter((word) => !found.has(word));
  // The prompt of a hook is never written.
  assert.deepEqual(
    missed.map((word) => word.split('-')[1]),
    ['prompt'],
  );
  // A daemon that a shim starts gets no NODE_OPTIONS, so there the files alone tell.
  const seen = new Set(written.map(({ word }) => word));
  const unseen = said.filter((word) => !seen.has(word) && !word.includes('-second'));
  assert.deepEqual(unseen, missed);
});
