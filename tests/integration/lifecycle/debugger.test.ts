/**
 * Node opens a debugger's port on loopback for whoever sends SIGUSR1, as some tools that rotate logs
 * do. Every user of the machine can reach it, and run code in the process with it.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { LineChild } from '../../../scripts/line-child.js';
import { attachAgent, type Agent } from '../../support/agents.js';
import { CC2CC } from '../../support/cli.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { sandboxFor, type Sandbox } from '../../support/sandbox.js';
import { statusOf } from './support.js';

/** Long enough for a port: Node opens it within some milliseconds. */
const CALLS = 30;

function command({ sandbox }: Scene, ...words: string[]): LineChild {
  const env = sandbox.envWith({ CLAUDE_PID: String(process.pid), CC2CC_HOOK_MS: '10000' });
  const child = new LineChild({ command: process.execPath, args: [CC2CC, ...words], env });
  sandbox.defer(() => child.kill());
  return child;
}

interface Scene {
  sandbox: Sandbox;
  daemon: LineChild;
  ann: Agent;
}

/** What lives as long as a session does, each running and doing its work. */
const PROGRAMS: Record<string, (scene: Scene) => LineChild | Promise<LineChild>> = {
  'the daemon': ({ daemon }) => daemon,
  'the shim': ({ ann }) => ann,
  'the hook that waits': async (scene) => {
    const child = command(scene, 'hook', 'wait');
    child.sendLine(JSON.stringify({ session_id: scene.ann.sessionId }));
    // Beside stdin, stdout and stderr.
    await until(() => socketsOf(child.pid).length > 3, 'connection of the waiter', 20_000);
    return child;
  },
  'cc2cc receive --follow': async (scene) => {
    const child = command(scene, 'receive', 'cat', '--follow');
    const reads = async (): Promise<boolean> =>
      (await statusOf(scene.sandbox)).agents.some(
        ({ name, lane }) => name === 'cat' && lane !== null,
      );
    await until(reads, 'somebody who reads the mail of cat', 20_000);
    return child;
  },
};

for (const [who, start] of Object.entries(PROGRAMS)) {
  test(`SIGUSR1 opens no debugger in ${who}`, async (t: TestContext) => {
    if (process.platform !== 'linux') return t.skip('needs /proc');
    const sandbox = sandboxFor(t);
    const daemon = await startDaemon(sandbox);
    const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'hook' });
    const child = await start({ sandbox, daemon, ann });
    process.kill(child.pid!, 'SIGUSR1'); // ours, and alive
    for (let n = 0; n < CALLS; n += 1) await ann.call('whoami');
    assert.equal(child.ended, undefined);
    assert.doesNotMatch(child.stderr, /Debugger|inspector/);
    assert.deepEqual(portsOf(child.pid!), []);
  });
}

function socketsOf(pid: number | undefined): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => targetOf(`/proc/${pid}/fd/${fd}`))
    .flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

/** Addresses of what a process has open of the internet protocols. */
function portsOf(pid: number): string[] {
  const own = socketsOf(pid);
  return ['tcp', 'tcp6']
    .flatMap((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => own.includes(cells[9] ?? ''))
    .map((cells) => cells[1] ?? '');
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ''; // closed meanwhile
  }
}
