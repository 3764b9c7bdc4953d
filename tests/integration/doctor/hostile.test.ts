/** Whatever lies in the place of a file: doctor ends in time, fails that line, and touches nothing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { CHECKS } from '../../../scripts/doctor/table.js';
import type { Sandbox } from '../../support/sandbox.js';
import { doctor, fakeClaude, fingerprint, found, healthyHome } from './support.js';

/** The places, and which check must not be content with what lies there. */
const PLACES: { id: string; of: (sandbox: Sandbox) => string; folder?: true }[] = [
  { id: 'settings', of: (sandbox) => sandbox.hostPaths().config },
  { id: 'root', of: ({ root }) => root, folder: true },
  { id: 'root', of: ({ root }) => join(root, 'status'), folder: true },
  { id: 'root', of: ({ root }) => join(root, 'rejected'), folder: true },
  { id: 'rules', of: ({ root }) => join(root, 'rules.json') },
  { id: 'format', of: ({ root }) => join(root, 'format.json') },
  { id: 'key', of: ({ root }) => join(root, 'secret.key') },
  { id: 'key', of: ({ root }) => join(root, 'secret.key.former.json') },
  { id: 'state', of: (sandbox) => sandbox.hostPaths().state, folder: true },
  { id: 'state', of: (sandbox) => sandbox.hostPaths().token },
  { id: 'rendezvous', of: (sandbox) => sandbox.hostPaths().rendezvous },
  { id: 'locks', of: (sandbox) => join(sandbox.hostPaths().locks, 'start', '1.json') },
  { id: 'log', of: (sandbox) => sandbox.hostPaths().log },
  { id: 'log', of: (sandbox) => sandbox.hostPaths().errorLog },
  { id: 'registration', of: ({ home }) => join(home, '.claude.json') },
  { id: 'hooks', of: ({ home }) => join(home, '.claude', 'settings.json') },
  { id: 'strange-files', of: ({ root }) => join(root, 'status', 'ann-heartbeat.json') },
  { id: 'strange-files', of: ({ root }) => join(root, 'to-ann', 'inbox', 'x.json') },
];

const HOSTILE: Record<string, (path: string) => void> = {
  'a FIFO': (path) => execFileSync('mkfifo', [path]),
  'a folder': (path) => {
    mkdirSync(path, { mode: 0o700 });
  },
  'a link to nothing': (path) => {
    symlinkSync('/nowhere/at-all', path);
  },
  'a link to a device': (path) => {
    symlinkSync('/dev/zero', path);
  },
};

for (const { id, of, folder } of PLACES) {
  for (const [what, put] of Object.entries(HOSTILE)) {
    // A folder is what belongs there, or lies harmlessly in an inbox.
    if (what === 'a folder' && (folder || id === 'strange-files')) continue;
    test(`${what} in the place of ${nameOf(of)}`, async (t) => {
      if (process.platform === 'win32') return t.skip('Windows has no FIFOs');
      const sandbox = await healthyHome(t);
      const path = of(sandbox);
      rmSync(path, { recursive: true, force: true });
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      put(path);
      const before = fingerprint(sandbox);
      const begun = performance.now();
      const report = await doctor(sandbox);
      assert.ok(performance.now() - begun < 9_000, 'nothing waits for the other end');
      assert.deepEqual(fingerprint(sandbox), before);
      assert.equal(report.checks.length, CHECKS.length);
      const isMissing = what === 'a link to nothing' && MISSING_WILL_DO.has(id);
      const { state, text } = found(report, id);
      if (!isMissing) assert.ok(state === 'fail' || state === 'warn', `${state}: ${text}`);
      const hung = report.checks.filter((one) => one.text.includes('hangs'));
      assert.deepEqual(hung, []);
    });
  }
}

/** These may be links, as people keep them in a folder of dotfiles; one to nothing is none. */
const MISSING_WILL_DO = new Set(['settings', 'registration', 'hooks']);

test('a system call that never comes back fails one check and stops no other', async (t) => {
  const sandbox = await healthyHome(t);
  // As with a network folder that is gone: nothing in the process runs any more.
  const preload = join(sandbox.dir, 'hang.cjs');
  writeFileSync(
    preload,
    `const fs = require('node:fs');
     const { statfsSync } = fs;
     fs.statfsSync = (path) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     require('node:module').syncBuiltinESMExports();`,
  );
  const report = await doctor(sandbox, [], { NODE_OPTIONS: `--require ${preload}` });
  const { state, text } = found(report, 'disk');
  assert.deepEqual([state, text], ['fail', 'it hangs: no end within 10 s']);
  assert.deepEqual(
    report.checks.filter((one) => one.state === 'fail').map(({ id }) => id),
    ['disk'],
  );
  assert.equal(found(report, 'originals').state, 'ok');
});

test('a check whose process dies fails alone', async (t) => {
  const sandbox = await healthyHome(t);
  const preload = join(sandbox.dir, 'die.cjs');
  writeFileSync(
    preload,
    `const fs = require('node:fs');
     fs.statfsSync = () => process.kill(process.pid, 'SIGKILL');
     require('node:module').syncBuiltinESMExports();`,
  );
  const report = await doctor(sandbox, [], { NODE_OPTIONS: `--require ${preload}` });
  const failed = report.checks.filter((one) => one.state === 'fail');
  assert.deepEqual(
    failed.map(({ id, text }) => [id, text]),
    [['disk', 'its process ended with SIGKILL']],
  );
});

test('a claude that says much, nothing, or something else', async (t) => {
  const sandbox = await healthyHome(t);
  for (const script of ['yes', 'true', 'echo hello', 'echo "$(printf "\\033[31m2.1")"; exit 1']) {
    fakeClaude(sandbox, script);
    const { state, text } = found(await doctor(sandbox), 'claude');
    assert.deepEqual([script, state], [script, 'warn'], text);
  }
});

test('what others wrote does nothing on the terminal', async (t) => {
  const sandbox = await healthyHome(t);
  mkdirSync(join(sandbox.root, 'to-x\u001b[31mred'), { mode: 0o755 });
  symlinkSync('/nowhere', join(sandbox.root, 'to-\u202ereversed'));
  const { cli } = await import('../../support/cli.js');
  const { stdout } = await cli(sandbox, ['doctor']);
  // eslint-disable-next-line no-control-regex -- what must not be there
  assert.doesNotMatch(stdout, /[\u001b\u202e]/);
});

function nameOf(of: (sandbox: Sandbox) => string): string {
  const name = (path: string): string => path;
  const paths = new Proxy({}, { get: (_, key) => name(`<${String(key)}>`) });
  const fake = { root: '<root>', home: '<home>', hostPaths: () => paths };
  return of(fake as unknown as Sandbox);
}
