/** A program that is newer than the running daemon replaces it, and nobody loses anything. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { takeProcessLock } from '../../../protocol/process-lock.js';
import type { ToolResult } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, nameOf, startShim, type Agent } from '../../support/agents.js';
import { makeBuild, type Build } from '../../support/build.js';
import { cli } from '../../support/cli.js';
import { daemonPid, daemonPids, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { listDone, listInbox } from '../../support/files.js';
import { isProcessOf } from '../../support/processes.js';
import { sandboxFor, type Extras, type Sandbox } from '../../support/sandbox.js';
import { acceptedId, arrivals, daemonCommand, drainInbox, freshIds } from '../lifecycle/support.js';
import { begun, NEW, OLD, onlyDaemon, versionInForce } from './support.js';

interface Scene {
  sandbox: Sandbox;
  old: Build;
  young: Build;
  started: () => string[];
}

function scene(t: TestContext, extras: Extras = {}): Scene {
  const sandbox = sandboxFor(t, extras);
  const { log } = sandbox.hostPaths();
  return {
    sandbox,
    old: makeBuild(sandbox, OLD),
    young: makeBuild(sandbox, NEW),
    started: () => begun(log),
  };
}

async function oldSession(sandbox: Sandbox, { shim }: Build, name: string): Promise<Agent> {
  const agent = await attachAgent(sandbox, { name, shim });
  await awake(agent);
  return agent;
}

test('a newer shim replaces the daemon of two sessions whose messages are in flight', async (t) => {
  const { sandbox, old, young, started } = scene(t);
  const ann = await oldSession(sandbox, old, 'ann');
  const ben = await oldSession(sandbox, old, 'ben');
  assert.equal(versionInForce(sandbox), OLD);
  const calls: { from: Agent; call: Promise<ToolResult> }[] = [];
  let attached: Promise<Agent> | undefined;
  // Three calls of each are always under way, before, during and after.
  for (let [nth, left] = [0, 40]; left > 0; nth += 1) {
    calls.push({ from: ann, call: ann.call('send', { to: 'ben', text: `ann says ${nth}` }) });
    calls.push({ from: ben, call: ben.call('send', { to: 'ann', text: `ben says ${nth}` }) });
    if (nth === 20) attached = attachAgent(sandbox, { name: 'cat', shim: young.shim });
    if (versionInForce(sandbox) === NEW) left -= 1;
    await calls.at(-6)?.call;
    assert.ok(nth < 5000, 'it is replaced');
  }
  const sent = [];
  for (const { from, call } of calls) sent.push({ from, id: acceptedId(await call) });
  const cat = await attached!;
  await onlyDaemon(sandbox, NEW);
  assert.deepEqual(started(), [OLD, NEW]);
  assert.equal(new Set(sent.map(({ id }) => id)).size, calls.length);
  for (const [from, to] of [
    [ann, ben],
    [ben, ann],
  ] as const) {
    await drainInbox(to);
    const ids: string[] = sent.filter((one) => one.from === from).map(({ id }) => id);
    assert.deepEqual(freshIds(to), ids, `all of ${from.name}, once, in order`);
    await until(() => listDone(sandbox, to.name).length >= ids.length, 'all of it in done/');
    assert.deepEqual(listInbox(sandbox, to.name), []);
    assert.deepEqual(to.stray, []);
  }
  assert.equal(await nameOf(cat), 'cat');
  assert.equal(await nameOf(ann), 'ann');
  const id = acceptedId(await cat.call('send', { to: 'ann', text: 'from the newer one' }));
  await until(() => arrivals(ann).some((one) => one.id === id), 'message of the newer session');
});

test('ten newer shims at once make one replacement', async (t) => {
  const { sandbox, old, young, started } = scene(t);
  const ann = await oldSession(sandbox, old, 'ann');
  const shims = Array.from({ length: 10 }, () => startShim(sandbox, { shim: young.shim }));
  await Promise.all(shims.map((shim) => shim.initialize()));
  const names = await Promise.all(shims.map(nameOf));
  assert.equal(new Set([...names, await nameOf(ann)]).size, 11);
  await onlyDaemon(sandbox, NEW);
  assert.deepEqual(started(), [OLD, NEW]);
});

test('a newer command that writes replaces it, one that looks does not', async (t) => {
  const { sandbox, old, young, started } = scene(t);
  await oldSession(sandbox, old, 'ann');
  const pid = daemonPid(sandbox);
  for (const args of [
    ['status'],
    ['status', '--json'],
    ['agents'],
    ['log'],
    ['validate', sandbox.root],
    ['task', 'list'],
  ]) {
    await cli(sandbox, args, { program: young.cc2cc });
    assert.equal(daemonPid(sandbox), pid, args.join(' '));
  }
  const { stdout } = await cli(sandbox, ['status'], { program: young.cc2cc });
  assert.match(stdout, new RegExp(`older than this cc2cc \\(${NEW}\\).*cc2cc-daemon restart`));
  const same = await daemonCommand(sandbox, ['status'], {}, young.daemon);
  assert.match(same.stdout, /older than this cc2cc/);

  const sent = await cli(sandbox, ['send', 'ann', 'hello', '--from', 'bot', '--json'], {
    program: young.cc2cc,
  });
  assert.equal(sent.code, 0, sent.stderr);
  assert.equal(sent.stderr, '');
  await onlyDaemon(sandbox, NEW);
  assert.deepEqual(started(), [OLD, NEW]);
});

test('cc2cc-daemon start replaces an older one and says so', async (t) => {
  const { sandbox, old, young, started } = scene(t);
  const ann = await oldSession(sandbox, old, 'ann');
  const { code, stdout, stderr } = await daemonCommand(sandbox, ['start'], {}, young.daemon);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^cc2cc-daemon updated from ${OLD}, pid \\d+`));
  assert.match((await daemonCommand(sandbox, ['start'], {}, young.daemon)).stdout, /runs already/);
  assert.equal(await nameOf(ann), 'ann');
  assert.deepEqual(started(), [OLD, NEW]);
});

test('an older program never replaces a newer daemon, an equal one neither', async (t) => {
  const { sandbox, old, young, started } = scene(t);
  const first = await oldSession(sandbox, young, 'ann');
  const pid = daemonPid(sandbox);
  const second = await oldSession(sandbox, old, 'ben');
  const equal = await oldSession(sandbox, young, 'cat');
  const sent = await cli(sandbox, ['send', 'ann', 'x', '--from', 'bot'], { program: old.cc2cc });
  assert.equal(sent.code, 0, sent.stderr);
  const start = await daemonCommand(sandbox, ['start'], {}, old.daemon);
  assert.match(start.stdout, /runs already/);
  assert.match(
    (await daemonCommand(sandbox, ['status'], {}, old.daemon)).stdout,
    new RegExp(`newer than this cc2cc \\(${OLD}\\)`),
  );
  assert.deepEqual(
    [await nameOf(first), await nameOf(second), await nameOf(equal)],
    ['ann', 'ben', 'cat'],
  );
  assert.equal(daemonPid(sandbox), pid);
  assert.deepEqual(started(), [NEW]);
});

test('where nothing may be started the older daemon stays', async (t) => {
  const { sandbox, old, young, started } = scene(t);
  await oldSession(sandbox, old, 'ann');
  const pid = daemonPid(sandbox);
  const env = { CC2CC_NO_LAUNCH: '1' };
  const ben = await attachAgent(sandbox, { name: 'ben', shim: young.shim, env });
  const sent = await cli(sandbox, ['send', 'ann', 'x', '--from', 'bot'], {
    program: young.cc2cc,
    env,
  });
  assert.equal(sent.code, 0, sent.stderr);
  const start = await daemonCommand(sandbox, ['start'], env, young.daemon);
  assert.equal(start.code, 0, start.stderr);
  assert.match(start.stderr, /older than this cc2cc.*CC2CC_NO_LAUNCH is set/);
  assert.equal(await nameOf(ben), 'ben');
  assert.equal(daemonPid(sandbox), pid);
  assert.deepEqual(started(), [OLD]);
});

test('an older one that comes back is lived with, and that is told once', async (t) => {
  const { sandbox, old, young, started } = scene(t);
  const ann = await oldSession(sandbox, old, 'ann');
  // As a service that starts old files: whatever the newer build has for a daemon is the old one.
  writeFileSync(young.daemon, `await import(${JSON.stringify(old.daemon)});\n`);
  const ben = await attachAgent(sandbox, { name: 'ben', shim: young.shim });
  assert.match(ben.stderr, new RegExp(`The daemon \\(${OLD}\\) is older than this cc2cc`));
  await onlyDaemon(sandbox, OLD);
  assert.deepEqual(started(), [OLD, OLD]);
  for (let time = 0; time < 3; time += 1) {
    const sent = await cli(sandbox, ['send', 'ann', `x${time}`, '--from', 'bot'], {
      program: young.cc2cc,
    });
    assert.equal(sent.code, 0, sent.stderr);
    assert.equal(sent.stderr.includes('older'), false, sent.stderr);
  }
  const cat = await attachAgent(sandbox, { name: 'cat', shim: young.shim });
  assert.equal(cat.stderr, '');
  assert.deepEqual([await nameOf(ann), await nameOf(ben)], ['ann', 'ben']);
  assert.deepEqual(started(), [OLD, OLD]);
});

test('a newer daemon that could not start costs the older one nothing', async (t) => {
  const { sandbox, old, young, started } = scene(t);
  await oldSession(sandbox, old, 'ann');
  const pid = daemonPid(sandbox);
  writeFileSync(join(young.dir, 'dist/daemon/office.js'), 'throw new Error("half installed");\n');
  const ben = await attachAgent(sandbox, { name: 'ben', shim: young.shim });
  assert.match(ben.stderr, /goes on: The daemon could not be started/);
  assert.equal(daemonPid(sandbox), pid);
  assert.deepEqual(started(), [OLD]);
});

test('a client that hangs while it replaces holds up others for a while only', async (t) => {
  const { sandbox, old, young, started } = scene(t);
  await oldSession(sandbox, old, 'ann');
  const { locks } = sandbox.hostPaths();
  // This process is the one that hangs: it holds the lease and does nothing.
  const held = takeProcessLock(join(locks, 'launch'));
  assert.ok(held.ok);
  const ben = await attachAgent(sandbox, { name: 'ben', shim: young.shim });
  assert.match(ben.stderr, /goes on: Another process is starting a daemon and does not end/);
  assert.deepEqual(started(), [OLD]);
  held.lease.release();
});

test('a client that is killed while it replaces leaves a daemon, and the next one finishes', async (t) => {
  const { sandbox, old, young } = scene(t);
  const ann = await oldSession(sandbox, old, 'ann');
  const { rendezvous } = sandbox.hostPaths();
  for (const when of ['retired', 'at once'] as const) {
    if (versionInForce(sandbox) !== OLD) {
      await daemonCommand(sandbox, ['stop'], {}, young.daemon);
      await daemonCommand(sandbox, ['start'], {}, old.daemon);
    }
    const pid = daemonPid(sandbox)!;
    const child = spawn(process.execPath, [young.daemon, 'start'], {
      env: sandbox.envWith({}),
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (when === 'retired') {
      await until(() => {
        try {
          return readFileSync(rendezvous).length === 0;
        } catch {
          return true; // withdrawn: it drains
        }
      }, 'the daemon to retire');
    } else await until(() => isProcessOf(child.pid!, sandbox.env), 'the client');
    child.kill('SIGKILL');
    await ended;
    assert.equal(await nameOf(ann), 'ann', 'the session has a daemon');
    await oldSession(sandbox, young, `after-${when === 'retired' ? 'a' : 'b'}`);
    await onlyDaemon(sandbox, NEW);
    assert.equal(isProcessOf(pid, sandbox.env), false);
  }
});

test('another number of the protocol: replaced by the newer side, a clear error on the older', async (t) => {
  const { sandbox, old } = scene(t);
  const other = makeBuild(sandbox, '100.0.0', 'other', { protocol: 2 });
  const ann = await oldSession(sandbox, old, 'ann');
  await oldSession(sandbox, other, 'ben');
  await onlyDaemon(sandbox, '100.0.0');
  await assert.rejects(ann.call('whoami'), /speaks protocol 2.*Restart the session.*npm run setup/);
  const cat = startShim(sandbox, { shim: old.shim });
  await assert.rejects(cat.initialize(), /speaks protocol 2/);
  const sent = await cli(sandbox, ['send', 'ben', 'x', '--from', 'bot'], { program: old.cc2cc });
  assert.equal(sent.code, 1);
  assert.match(sent.stderr, /speaks protocol 2, this cc2cc \(0\.0\.1\) 1.*Update this cc2cc/);
  assert.equal(daemonPids(sandbox).length, 1);
});

test('a newer side that may not replace a daemon of another protocol says what to do', async (t) => {
  const { sandbox, old } = scene(t);
  const other = makeBuild(sandbox, '100.0.0', 'other', { protocol: 2 });
  await startDaemon(sandbox, {}, [], old.daemon);
  const shim = startShim(sandbox, { shim: other.shim, env: { CC2CC_NO_LAUNCH: '1' } });
  await assert.rejects(shim.initialize(), /speaks protocol 1.*cc2cc-daemon restart/);
});
