/** Node keeps what it has compiled of a command, where it can: in a folder that nobody else can write to. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { cli } from '../../support/cli.js';
import { sandboxFor, type Sandbox } from '../../support/sandbox.js';

const folderOf = ({ dir }: Sandbox): string => join(dir, 'cache', 'cc2cc', 'compiled');

/** With an answer of a command, which is the same in any case. */
async function listAgents(sandbox: Sandbox, env = {}): Promise<void> {
  const { code, stdout, stderr } = await cli(sandbox, ['agents', '--json'], { env });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.doesNotThrow(() => JSON.parse(stdout));
}

function lacks(t: TestContext): boolean {
  const isOld = !('enableCompileCache' in nodeModule);
  if (isOld) t.skip('this Node keeps nothing that it has compiled');
  return isOld || process.platform !== 'linux';
}

test('what was compiled is kept in a private folder, and gone with the rest', async (t) => {
  if (lacks(t)) return;
  const sandbox = sandboxFor(t);
  const folder = folderOf(sandbox);
  await listAgents(sandbox);
  const [version = ''] = readdirSync(folder);
  assert.ok(readdirSync(join(folder, version)).length > 0);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  await listAgents(sandbox);
  const { code, stdout } = await cli(sandbox, ['uninstall', '--json']);
  assert.equal(code, 0, stdout);
  assert.ok(!existsSync(dirname(folder)), 'and its own end does not bring it back');
});

test('a folder that others may write to is not used, nor one that cannot be made', async (t) => {
  if (lacks(t)) return;
  const sandbox = sandboxFor(t);
  const folder = folderOf(sandbox);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  await listAgents(sandbox);
  assert.deepEqual(readdirSync(folder), []);
  const file = join(sandbox.dir, 'a-file');
  writeFileSync(file, '');
  await listAgents(sandbox, { XDG_CACHE_HOME: file });
});

test('a Node without it, and one that is told not to, run as ever', async (t) => {
  const sandbox = sandboxFor(t);
  await listAgents(sandbox, { NODE_DISABLE_COMPILE_CACHE: '1' });
  const folder = folderOf(sandbox);
  assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], []);
});
