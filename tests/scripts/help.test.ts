/** The help of every command there is: whoever adds one is held to this. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { widthOf } from '../../protocol/text-width.js';
import { COMMANDS } from '../../scripts/commands/index.js';
import { placesOf } from '../../scripts/completion/model.js';
import { programFor } from '../../scripts/program.js';
import { cli } from '../support/cli.js';
import { makeSandbox } from '../support/sandbox.js';

const program = await programFor(COMMANDS.map(({ name }) => name));
const places = placesOf(program).map(({ path }) => path.split(' ').slice(1));

test('every command has a summary, and its own name', async () => {
  for (const { name, summary, load } of COMMANDS) {
    assert.ok(summary.length > 0 && !summary.endsWith('.'), name);
    assert.equal((await load()).command().name(), name);
  }
  const names = COMMANDS.map(({ name }) => name);
  assert.deepEqual([...new Set(names)], names);
});

for (const words of places) {
  test(`cc2cc ${[...words, '--help'].join(' ')} fits a screen and has examples`, async (t) => {
    const sandbox = makeSandbox();
    t.after(() => sandbox.cleanup());
    const { code, stdout, stderr } = await cli(sandbox, [...words, '--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, new RegExp(`^usage: cc2cc ?${words.join(' ')}`, 'i'));
    for (const line of stdout.split('\n')) assert.ok(widthOf(line) <= 80, line);
    if (words.length === 1) assert.match(stdout, /^Examples:\n(?: {2}# .*\n)? {2}\$ .*cc2cc /m);
  });
}
