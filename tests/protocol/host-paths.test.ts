import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { hostId, socketPathFor, type HostPaths } from '../../protocol/host-paths.js';
import { makeSandbox, type Sandbox } from '../support/sandbox.js';
import { tempFolder } from './support/temp-folder.js';

const INSTANCE = '01234567-89ab-cdef-0123-456789abcdef';

function sandboxOf(t: TestContext): Sandbox {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  return sandbox;
}

/** Only what a socket path depends on. */
function pathsWith(state: string): HostPaths {
  return { state, key: 'abcdef012345' } as HostPaths;
}

/** A folder below `base` whose path has exactly so many bytes. */
function folderOfLength(base: string, bytes: number): string {
  let path = base;
  while (bytes - Buffer.byteLength(path) > 201) path = join(path, 'x'.repeat(199));
  path = join(path, 'x'.repeat(Math.max(1, bytes - Buffer.byteLength(path) - 1)));
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

test('a socket path has at most 100 bytes, whatever the runtime and state folders', (t) => {
  const base = tempFolder(t);
  const length = fc.integer({ min: 40, max: 600 });
  fc.assert(
    fc.property(length, length, (runtimeBytes, stateBytes) => {
      const runtime = folderOfLength(base, runtimeBytes);
      const state = folderOfLength(base, stateBytes);
      const path = socketPathFor(pathsWith(state), INSTANCE, { XDG_RUNTIME_DIR: runtime });
      assert.ok(Buffer.byteLength(path) <= 100, path);
      assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
    }),
    { numRuns: 60 },
  );
});

test('the runtime folder is the first choice, the state folder the second', (t) => {
  const base = tempFolder(t);
  const [runtime, state] = [join(base, 'run'), join(base, 'state')];
  for (const folder of [runtime, state]) mkdirSync(folder, { mode: 0o700 });
  const name = 'abcdef012345-01234567.sock';
  const pathIn = (env: Record<string, string>): string =>
    socketPathFor(pathsWith(state), INSTANCE, env);
  assert.equal(pathIn({ XDG_RUNTIME_DIR: runtime }), join(runtime, 'cc2cc', name));
  assert.equal(pathIn({}), join(state, name));
  assert.equal(pathIn({ XDG_RUNTIME_DIR: '' }), join(state, name));
  // One that is gone is not made anew.
  const gone = join(base, 'gone');
  assert.equal(pathIn({ XDG_RUNTIME_DIR: gone }), join(state, name));
  assert.equal(statSync(gone, { throwIfNoEntry: false }), undefined);
  writeFileSync(gone, '');
  assert.equal(pathIn({ XDG_RUNTIME_DIR: gone }), join(state, name));
});

test('a multi-byte path is measured in bytes', (t) => {
  const state = join(tempFolder(t), 'é'.repeat(40));
  mkdirSync(state, { mode: 0o700 });
  assert.ok(Buffer.byteLength(socketPathFor(pathsWith(state), INSTANCE, {})) <= 100);
});

test('a socket folder that others may write to is refused', (t) => {
  const runtime = tempFolder(t);
  mkdirSync(join(runtime, 'cc2cc'));
  chmodSync(join(runtime, 'cc2cc'), 0o777);
  assert.throws(
    () => socketPathFor(pathsWith(runtime), INSTANCE, { XDG_RUNTIME_DIR: runtime }),
    /others may write to it/,
  );
});

test('each host and each root has its own folder, and none of them lies in the root', (t) => {
  const sandbox = sandboxOf(t);
  const plain = sandbox.hostPaths();
  const other = sandbox.hostPaths({ CC2CC_HOST: 'box/../2' });
  const root = sandbox.hostPaths({ CC2CC_BRIDGE_DIR: join(sandbox.dir, 'other') });
  assert.equal(new Set([plain.state, other.state, root.state]).size, 3);
  assert.equal(plain.key, other.key);
  for (const paths of [plain, other, root]) {
    for (const path of [paths.rendezvous, paths.token, paths.locks, paths.stopped]) {
      assert.equal(dirname(path), paths.state);
    }
    for (const path of [paths.state, paths.log, paths.config]) {
      assert.ok(path.startsWith(join(sandbox.dir, '/')), path);
      assert.ok(!path.startsWith(sandbox.root), path);
    }
  }
  assert.notEqual(plain.log, root.log);
});

test('the default root has the plain log name', (t) => {
  const sandbox = sandboxOf(t);
  const paths = sandbox.hostPaths({ CC2CC_BRIDGE_DIR: join(sandbox.home, '.cc2cc') });
  assert.match(paths.log, /[/\\]daemon\.log$/);
  assert.match(sandbox.hostPaths().log, /[/\\]daemon-[0-9a-f]{12}\.log$/);
});

test('a home folder that is a link has the same default root, under both of its names', (t) => {
  if (process.platform === 'win32') {
    t.skip('links need a right there');
    return;
  }
  const sandbox = sandboxOf(t);
  const link = join(sandbox.dir, 'link');
  symlinkSync(sandbox.home, link);
  for (const HOME of [sandbox.home, link]) {
    assert.match(
      sandbox.hostPaths({ HOME, CC2CC_BRIDGE_DIR: join(HOME, '.cc2cc') }).log,
      /\/daemon\.log$/,
    );
  }
});

test('a host id is one short file name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), (host) => {
      assert.match(hostId({ CC2CC_HOST: host }), /^[A-Za-z0-9._-]{1,64}$/);
    }),
  );
});
