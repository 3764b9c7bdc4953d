import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sandboxFor, type Sandbox } from '../support/sandbox.js';
import { faultEnv, readCalls, type Call, type Fault } from './fault.js';

const EVERYTHING = fileURLToPath(new URL('everything.js', import.meta.url));

interface Run {
  sandbox: Sandbox;
  calls: Call[];
  signal: string | null;
  stdout: string;
  stderr: string;
  text: (name: string) => string | undefined;
}

/** Runs a script in a sandbox of its own under a fault. */
function run(t: TestContext, fault: Fault, script = EVERYTHING): Run {
  const sandbox = sandboxFor(t);
  return runIn(sandbox, fault, script);
}

function runIn(sandbox: Sandbox, fault: Fault, script = EVERYTHING): Run {
  const log = join(sandbox.dir, 'calls');
  const { signal, stdout, stderr } = spawnSync(process.execPath, [script], {
    env: sandbox.envWith(faultEnv({ log, ...fault })),
    encoding: 'utf8',
    timeout: 20_000,
  });
  const text = (name: string): string | undefined => {
    const path = join(sandbox.root, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  return { sandbox, calls: readCalls(log), signal, stdout, stderr, text };
}

const steps = (calls: readonly Call[]): string[] =>
  calls.map(({ name, path, to }) =>
    [name, path, to]
      .map((part) => basename(part ?? ''))
      .join(' ')
      .trim(),
  );

/** A script that is CommonJS and takes what it needs when it is loaded, as bundles do. */
function bundled(sandbox: Sandbox, body: string): string {
  const script = join(sandbox.dir, 'bundled.cjs');
  writeFileSync(
    script,
    `const fs = require("node:fs"); const { promisify } = require("node:util");
     const sync = promisify(fs.fsync); const { openSync, writeSync, closeSync } = fs;
     const at = (name) => process.env.CC2CC_BRIDGE_DIR + "/" + name;
     ${body}`,
  );
  mkdirSync(sandbox.root, { recursive: true });
  return script;
}

test('every way to write is counted, and what is elsewhere is not', (t) => {
  const { calls, stdout, stderr } = run(t, { calls: 'changes' });
  assert.equal(stdout, 'done\n', stderr);
  assert.deepEqual(steps(calls), [
    'mkdir root',
    'mkdir a',
    'mkdir b',
    'open fd',
    'write fd',
    'fsync fd',
    'link fd fd',
    'unlink fd',
    'open whole',
    'write whole',
    'open whole',
    'write whole',
    'open callback',
    'write callback',
    'open promise',
    'write promise',
    'open promise',
    'write promise',
    'open handle',
    'write handle',
    'fsync handle',
    'open stream',
    'write stream',
    'listen s',
    'connect s',
    'send s',
    'send s',
    'unlisten s',
    'send stdout',
  ]);
  assert.deepEqual(
    calls.map(({ n }) => n),
    calls.map((_, index) => index + 1),
  );
});

test('two equal runs have equal numbers', (t) => {
  const [first, second] = [run(t, {}), run(t, {})];
  assert.deepEqual(steps(first.calls), steps(second.calls));
  assert.ok(first.calls.length > 30, 'reads are counted too');
});

describe('a kill', () => {
  test('comes before the call', (t) => {
    const { signal, text } = run(t, { calls: 'changes', at: 5, do: 'kill' });
    assert.equal(signal, 'SIGKILL');
    assert.equal(text('a/fd'), '', 'it was opened and not written');
  });

  test('comes after the call', (t) => {
    const { signal, text } = run(t, { calls: 'changes', at: 5, do: 'kill', after: true });
    assert.equal(signal, 'SIGKILL');
    assert.equal(text('a/fd'), 'by descriptor');
  });

  test('comes in the middle of a write', (t) => {
    const { signal, text } = run(t, { calls: 'changes', at: 10, do: 'torn' });
    assert.equal(signal, 'SIGKILL');
    assert.equal(text('whole'), 'all ');
  });

  for (const name of ['callback', 'promise', 'stream', 'handle']) {
    test(`comes in the middle of a write: ${name}`, (t) => {
      const { signal, text } = run(t, { calls: ['write'], match: name, at: 1, do: 'torn' });
      assert.equal(signal, 'SIGKILL');
      const length = text(name)!.length;
      assert.ok(length > 0 && length < 5, text(name));
    });
  }

  test('comes before every number that there is', (t) => {
    const whole = run(t, { calls: 'changes' });
    for (const { n } of whole.calls) {
      const { calls, signal } = run(t, { calls: 'changes', at: n, do: 'kill' });
      assert.equal(signal, 'SIGKILL', `call ${n}`);
      assert.deepEqual(steps(calls).slice(0, n), steps(whole.calls).slice(0, n));
    }
  });

  test('comes once where a file says so', (t) => {
    const sandbox = sandboxFor(t);
    const once = join(sandbox.dir, 'once');
    const script = bundled(sandbox, 'fs.writeFileSync(at("x"), "text"); console.log("done");');
    const fault: Fault = { calls: 'changes', at: 2, do: 'kill', once };
    assert.equal(runIn(sandbox, fault, script).signal, 'SIGKILL');
    assert.ok(existsSync(once));
    assert.equal(runIn(sandbox, fault, script).stdout, 'done\n');
  });

  test('does not come to another program', (t) => {
    const { stdout, calls } = run(t, { only: 'daemon', at: 1, do: 'kill' });
    assert.deepEqual([stdout, calls], ['done\n', []]);
  });

  test('does not come before counting has begun', (t) => {
    const sandbox = sandboxFor(t);
    const arm = join(sandbox.dir, 'arm');
    const script = bundled(
      sandbox,
      `fs.writeFileSync(at("x"), "text"); fs.writeFileSync(${JSON.stringify(arm)}, "");
       fs.unlinkSync(at("x"));`,
    );
    const { calls } = runIn(sandbox, { calls: 'changes', arm }, script);
    assert.deepEqual(steps(calls), ['unlink x']);
  });
});

describe('a bundle', () => {
  test('is wrapped though it takes its functions when it is loaded', (t) => {
    const sandbox = sandboxFor(t);
    const script = bundled(
      sandbox,
      'const fd = openSync(at("x"), "w"); writeSync(fd, "text"); sync(fd).then(() => closeSync(fd));',
    );
    const { calls } = runIn(sandbox, {}, script);
    assert.deepEqual(steps(calls), ['open x', 'write x', 'fsync x', 'close x']);
    assert.deepEqual(
      calls.map(({ began, ended }) => ended! - began),
      [0, 0, 1, 0],
      'what is not sync has an end of its own',
    );
  });

  const table: [Fault['do'], string, string][] = [
    ['ENOSPC', 'fs.writeFileSync(at("x"), "text")', 'ENOSPC: no space left on device, write\n'],
    ['EDQUOT', 'fs.promises.writeFile(at("x"), "text")', 'Unknown system error -122, write\n'],
    ['EIO', 'fs.writeFile(at("x"), "text", (e) => { if (e) throw e; })', 'EIO: i/o error, write\n'],
    ['ESTALE', 'fs.createWriteStream(at("x")).end("text")', 'Unknown system error -116, write\n'],
    ['EACCES', 'fs.truncateSync(at("x"))', "EACCES: permission denied, truncate 'ROOT/x'\n"],
  ];
  for (const [deed, body, message] of table) {
    test(`is given ${deed} by ${body.split('(')[0]}`, (t) => {
      const sandbox = sandboxFor(t);
      const fault: Fault = { calls: ['write', 'truncate'], do: deed! };
      const { stderr } = runIn(sandbox, fault, bundled(sandbox, body));
      assert.ok(stderr.includes(message.replace('ROOT', sandbox.root)), stderr);
    });
  }

  test('is told of a short write', (t) => {
    const sandbox = sandboxFor(t);
    const body = 'console.log(writeSync(openSync(at("x"), "w"), "1234"))';
    const { stdout, text } = runIn(
      sandbox,
      { calls: ['write'], do: 'short' },
      bundled(sandbox, body),
    );
    assert.deepEqual([stdout, text('x')], ['2\n', '12']);
  });

  test('waits for what is slow', (t) => {
    const sandbox = sandboxFor(t);
    const body = `const slow = Date.now(); writeSync(openSync(at("x"), "w"), "1");
      console.log(Date.now() - slow >= 299)`;
    const { stdout } = runIn(
      sandbox,
      { calls: ['write'], do: 'slow', ms: 300 },
      bundled(sandbox, body),
    );
    assert.equal(stdout, 'true\n');
  });

  test('has as many faults as are wanted', (t) => {
    const sandbox = sandboxFor(t);
    const body = `for (const n of [1, 2, 3, 4, 5]) {
      try { fs.mkdirSync(at(n)); console.log(n); } catch (e) { console.log(e.code); } }`;
    const script = bundled(sandbox, body);
    const fault: Fault = { calls: ['mkdir'], at: 2, do: 'EROFS', times: 2 };
    assert.equal(runIn(sandbox, fault, script).stdout, '1\nEROFS\nEROFS\n4\n5\n');
  });

  test('hands it on to its children, whatever their environment', (t) => {
    const sandbox = sandboxFor(t);
    const body = `if (process.argv[2] === "child") fs.writeFileSync(at("x"), "text");
      else require("node:child_process").spawn(process.execPath, [__filename, "child"], {
        stdio: "inherit",
        env: { CC2CC_BRIDGE_DIR: process.env.CC2CC_BRIDGE_DIR,
               CC2CC_TEST_FAULT: process.env.CC2CC_TEST_FAULT } })`;
    const { calls } = runIn(sandbox, { calls: 'changes' }, bundled(sandbox, body));
    assert.deepEqual(steps(calls), ['spawn bundled.cjs', 'open x', 'write x']);
  });
});
