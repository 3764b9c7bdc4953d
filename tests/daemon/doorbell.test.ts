import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { hangDoorbell, type Doorbell } from '../../daemon/doorbell.js';
import type { Log } from '../../daemon/log.js';
import { until } from '../support/events.js';

const QUIET = { error: () => undefined } as unknown as Log;

/** Turns of the event loop that watching takes to begin, and some more. */
const TURNS = 12;

interface Hung {
  folder: string;
  /** Everything that was rung for, by name. */
  names: Set<string>;
}

/** A doorbell, and who looks when it rings, and makes the folder again. */
function hangIn(t: TestContext): Hung {
  const dir = mkdtempSync(join(tmpdir(), 'c2-bell-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const folder = join(dir, 'inbox');
  mkdirSync(folder);
  const names = new Set<string>();
  const look = (rung?: ReadonlySet<string>): void => {
    mkdirSync(folder, { recursive: true });
    for (const name of rung ?? readdirSync(folder)) names.add(name);
    if (rung === undefined) bell.check();
  };
  const bell: Doorbell = hangDoorbell(folder, look, QUIET);
  t.after(() => {
    bell.close();
  });
  return { folder, names };
}

async function rings({ folder, names }: Hung, name: string): Promise<void> {
  writeFileSync(join(folder, name), '');
  await until(() => names.has(name), `ring for ${name}`, 2_000);
}

// The same inode is given to the next folder by ext4, and by others not: nobody can tell the two by it.
for (const again of ['at once', 'by who looks'] as const) {
  test(`a folder that is removed while watching begins, and made again ${again}`, async (t) => {
    for (let turns = 0; turns < TURNS; turns += 1) {
      const hung = hangIn(t);
      for (let i = 0; i < turns; i += 1) await turn();
      rmdirSync(hung.folder);
      if (again === 'at once') mkdirSync(hung.folder);
      else
        await until(
          () => readdirSync(hung.folder),
          `folder made again after ${turns} turns`,
          2_000,
        );
      await rings(hung, 'first');
      await rings(hung, 'second');
      await rings(hung, 'third');
    }
  });
}

test('what lies in a folder costs nothing, neither at the start nor with each ring', async (t) => {
  const looks = [t.mock.method(promises, 'readdir'), t.mock.method(promises, 'lstat')];
  syncBuiltinESMExports(); // for chokidar, which imports them by name
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const hung = hangIn(t);
  for (let nth = 0; nth < 50; nth += 1) writeFileSync(join(hung.folder, `waiting-${nth}`), '');
  await rings(hung, 'first');
  await rings(hung, 'second');
  await until(() => hung.names.has('waiting-49'), 'ring for what lay there');
  const paths = looks.flatMap(({ mock }) => mock.calls.map((call) => String(call.arguments[0])));
  assert.deepEqual(
    paths.filter((path) => path.startsWith(join(hung.folder, 'waiting'))),
    [],
  );
  assert.ok(!looks[0]!.mock.calls.some((call) => call.arguments[0] === hung.folder));
});
