/** A newer program beside a service that was installed from somewhere else, and runs older files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachAgent, awake, nameOf } from '../../support/agents.js';
import { makeBuild } from '../../support/build.js';
import { daemonPid } from '../../support/daemon.js';
import { fakeSystemd } from '../../support/fake-systemd.js';
import { sandboxFor } from '../../support/sandbox.js';
import { daemonCommand } from '../lifecycle/support.js';
import { begun, NEW, OLD, onlyDaemon } from './support.js';

test('it ends in the newer daemon, without the service, and stays so', async (t) => {
  if (process.platform !== 'linux') {
    t.skip('systemd is of Linux');
    return;
  }
  const sandbox = sandboxFor(t);
  const { env, unit } = fakeSystemd(sandbox);
  const old = makeBuild(sandbox, OLD);
  const young = makeBuild(sandbox, NEW);
  const session = async (name: string, { shim }: typeof old) => {
    const agent = await attachAgent(sandbox, { name, shim, env });
    await awake(agent);
    return agent;
  };
  const installed = await daemonCommand(sandbox, ['install'], env, old.daemon);
  assert.equal(installed.code, 0, installed.stderr);
  const ann = await session('ann', old);
  const ben = await session('ben', young);
  await onlyDaemon(sandbox, NEW);
  const pid = daemonPid(sandbox);
  for (const [name, build] of Object.entries({ cat: young, dog: old })) await session(name, build);
  assert.equal(await nameOf(ann), 'ann');
  assert.equal(await nameOf(ben), 'ben');
  const said = await daemonCommand(sandbox, ['start'], env, young.daemon);
  assert.match(said.stdout, /runs already/);
  const { stdout } = await daemonCommand(sandbox, ['status'], env, young.daemon);
  assert.match(stdout, new RegExp(`${unit}.*out of date: cc2cc-daemon install`));
  assert.equal(daemonPid(sandbox), pid);
  assert.deepEqual(begun(sandbox.hostPaths().log), [OLD, OLD, NEW]);
});

test('cc2cc-daemon start says that it runs without the service then', async (t) => {
  if (process.platform !== 'linux') {
    t.skip('systemd is of Linux');
    return;
  }
  const sandbox = sandboxFor(t);
  const { env } = fakeSystemd(sandbox);
  const old = makeBuild(sandbox, OLD);
  const young = makeBuild(sandbox, NEW);
  assert.equal((await daemonCommand(sandbox, ['install'], env, old.daemon)).code, 0);
  const updated = await daemonCommand(sandbox, ['start'], env, young.daemon);
  assert.match(updated.stdout, new RegExp(`^cc2cc-daemon updated from ${OLD}`));
  assert.match(updated.stderr, /did not start it, so it runs without\..*: cc2cc-daemon install/);
  await onlyDaemon(sandbox, NEW);
});
