/** `npm run setup`: what is installed sets itself up, and a second run moves the daemon over. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sandboxFor } from '../../support/sandbox.js';
import { pack, PROJECT, runAs, UNREACHABLE, type Ended } from './support.js';

/** npm fetches some 90 packages, twice. */
const SETUP_MS = 100_000;

test('setup installs the package, prepares everything, and updates it', async (t) => {
  if (process.platform === 'win32') {
    t.skip('the prefix has another form on Windows');
    return;
  }
  const sandbox = sandboxFor(t);
  const { filename } = pack(sandbox, sandbox.dir);
  const prefix = join(sandbox.dir, 'prefix');
  mkdirSync(prefix);
  // Of the machine, as a registry may be reached by variables of it; all places are the sandbox's.
  const env = { ...process.env, ...sandbox.env, npm_config_cache: join(sandbox.dir, 'npm') };
  const run = (command: string, args: string[]): Promise<Ended> =>
    runAs({}, command, args, { env, cwd: sandbox.work, timeout: SETUP_MS });
  const daemon = (word: string): Promise<Ended> => run(join(prefix, 'bin', 'cc2cc-daemon'), [word]);
  const setup = (...more: string[]): Promise<Ended> => {
    const places = ['--package', join(sandbox.dir, filename), '--prefix', prefix];
    return run(process.execPath, [join(PROJECT, 'setup.js'), ...places, ...more]);
  };
  sandbox.defer(() => daemon('stop'));

  const first = await setup('--no-register', '--no-prove');
  if (UNREACHABLE.test(first.stderr)) {
    t.skip(`npm reaches no registry: ${first.stderr.split('\n')[0]}`);
    return;
  }
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.match(first.stdout, new RegExp(`^Installed cc2cc in ${prefix}/lib/node_modules/cc2cc\\.`));
  assert.match(first.stdout, /prefix\/bin is not on your PATH/);
  assert.match(first.stdout, /^made +bridge root/m);
  assert.equal((await daemon('start')).code, 0);

  const second = await setup('--no-register', '--json');
  assert.equal(second.code, 0, second.stdout + second.stderr);
  assert.match(second.stderr, /^cc2cc-daemon restarted, pid \d+/m);
  const report = JSON.parse(second.stdout);
  assert.equal(report.ok, true);
  assert.equal(report.steps[0].done, 'kept');
});

test('setup says in a sentence what it cannot do', async (t) => {
  const sandbox = sandboxFor(t);
  const run = (...args: string[]): Promise<Ended> =>
    runAs({}, process.execPath, [join(PROJECT, 'setup.js'), ...args], {
      env: { ...process.env, ...sandbox.env },
      cwd: sandbox.work,
    });
  for (const words of [['--prefix'], ['--prefix='], ['--prefix', '--yes']]) {
    const { code, stderr } = await run(...words);
    assert.deepEqual([code, stderr], [1, 'setup: --prefix takes a value.\n'], words.join(' '));
  }
  const missing = await run('--package', 'no-such.tgz', `--prefix=${join(sandbox.dir, 'prefix')}`);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^setup: npm install failed\.$/m);
});
