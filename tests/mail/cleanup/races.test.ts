/** Who sends, or comes back, while a mailbox is being removed loses nothing. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { deliverMessage } from '../../../mail/deliver.js';
import { listFolder } from '../../../protocol/list-folder.js';
import { mailboxPaths } from '../../../protocol/paths.js';
import { until } from '../../support/events.js';
import { Root } from './support/root.js';

const MESSAGES = 400;

interface Racer {
  child: ChildProcess;
  /** All that it printed. */
  said: Promise<string>;
}

/** Called before the root is made, so that nobody writes to that any more when it is removed. */
function starter(t: TestContext): (script: string, args: string[]) => Racer {
  const children: ChildProcess[] = [];
  t.after(async () => {
    for (const child of children) {
      if (child.exitCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  return (script, args) => {
    const path = fileURLToPath(new URL(`support/${script}.js`, import.meta.url));
    const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    return { child, said: text(child.stdout) };
  };
}

/** Lets it end, and gives the number that it printed last. */
async function numberOf({ child, said }: Racer): Promise<number> {
  child.stdin?.end();
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
  return Number((await said).trim().split('\n').at(-1));
}

test('every message that is accepted is there once, however often its mailbox is removed', async (t) => {
  const start = starter(t);
  const root = new Root(t);
  const paths = mailboxPaths(root.path, 'ben');
  const taken = join(root.path, 'taken');
  mkdirSync(taken);
  /** As an agent does: what has come leaves the inbox, and the mailbox is empty again. */
  const take = (): void => {
    for (const file of listFolder(paths.inbox))
      renameSync(join(paths.inbox, file), join(taken, file));
  };
  const remover = start('remove-again', [root.path, 'ben']);
  await once(remover.child.stdout!, 'data');
  for (let n = 0; n < MESSAGES; n += 2) {
    // Two at once: one of them ends while the other is on its way.
    const sent = [n, n + 1].map((k) => deliverMessage(paths, `msg-${k}`, Buffer.from('{}')));
    assert.deepEqual(await Promise.all(sent), ['delivered', 'delivered']);
    take();
    // At whichever point of the removal the next one comes.
    const part = [paths.tmp, paths.inbox, paths.done, paths.dir][(n / 2) % 4]!;
    for (const since = Date.now(); existsSync(part) && Date.now() - since < 10_000;) {
      await setImmediate();
    }
  }
  const removed = await numberOf(remover);
  take();
  assert.equal(new Set(readdirSync(taken)).size, MESSAGES);
  assert.ok(removed > 10, `it was removed ${removed} times`);
});

test('a name has one owner, and the owner its mailbox, while others forget it', async (t) => {
  const start = starter(t);
  const root = new Root(t);
  const proof = join(root.path, 'proof');
  mkdirSync(proof);
  const remover = start('remove-again', [root.path, 'ben']);
  await once(remover.child.stdout!, 'data');
  const claimers = [1, 2, 3].map(() => start('claim-again', [root.path, proof, '60']));
  assert.deepEqual(await Promise.all(claimers.map(numberOf)), [0, 0, 0]);
  assert.ok((await numberOf(remover)) > 0);
  await until(() => !root.paths().includes('proof/inside'), 'end');
});
