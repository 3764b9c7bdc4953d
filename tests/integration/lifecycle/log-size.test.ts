/** The log stays small and private. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { attachAgent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { makeSandbox } from '../../support/sandbox.js';

test('a full log is set aside, one old file is kept, and the new one goes on', async (t) => {
  const limit = 2_000;
  const extras = { CC2CC_LOG_BYTES: String(limit), CC2CC_ROUND_MS: '50' };
  const sandbox = makeSandbox(extras);
  t.after(() => sandbox.cleanup());
  const { log } = sandbox.hostPaths();
  const old = `${log}.1`;
  const inodeOf = (path: string): number | undefined =>
    statSync(path, { throwIfNoEntry: false })?.ino;
  /** Attaching and leaving writes two lines; that often, until the log has been set aside. */
  const fillUntilRotated = async (): Promise<number> => {
    const before = inodeOf(old);
    return until(
      async () => {
        await (await attachAgent(sandbox)).close();
        const now = inodeOf(old);
        return now !== before && now;
      },
      'rotated log',
      20_000,
    );
  };
  const first = await fillUntilRotated();
  assert.notEqual(await fillUntilRotated(), first, 'the old file is replaced');
  await attachAgent(sandbox, { name: 'late' });
  await until(() => statSync(log).size > 0, 'lines in the new log');
  for (const path of [log, old]) assert.equal(statSync(path).mode & 0o777, 0o600, path);
  assert.equal(statSync(`${log}.2`, { throwIfNoEntry: false }), undefined);
});
