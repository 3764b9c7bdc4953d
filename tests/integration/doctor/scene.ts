/** Homes in which one thing is broken: that line says so and how to mend it, and --fix mends what is safe. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dropMessage, mailboxOf } from '../../support/files.js';
import type { Extras, Sandbox } from '../../support/sandbox.js';
import { doctor, fingerprint, found, healthyHome, troubles } from './support.js';

export interface Scene {
  /** Of the check that must notice. */
  id: string;
  what: string;
  breaks: (sandbox: Sandbox) => unknown;
  state: 'warn' | 'fail' | 'ok' | 'skip';
  says: RegExp;
  /** Of the mending command. */
  mend?: RegExp;
  /** Checks that notice it too. */
  also?: string[];
  /** Whether --fix mends it. */
  fixes?: boolean;
  env?: Extras;
}

export const root = ({ root: folder }: Sandbox, ...names: string[]): string =>
  join(folder, ...names);
export const DAY = 24 * 3600 * 1000;

/** A test for each. */
export function testScenes(scenes: readonly Scene[]): void {
  for (const { id, what, breaks, state, says, mend, also = [], fixes = false, env } of scenes) {
    test(`${id}: ${what}`, async (t) => {
      const sandbox = await healthyHome(t);
      await breaks(sandbox);
      const before = fingerprint(sandbox);
      const report = await doctor(sandbox, [], env);
      assert.deepEqual(fingerprint(sandbox), before, 'it changes nothing');
      const result = found(report, id);
      assert.deepEqual([result.state, says.test(result.text)], [state, true], show(report));
      if (mend === undefined) assert.equal(result.fix, undefined);
      else assert.match(result.fix?.command ?? '', mend);
      assert.equal(result.fix?.safe ?? false, fixes);
      // Nothing but that is wrong. No daemon runs, which is told, and no failure.
      const others = troubles(report)
        .map((one) => one.id)
        .filter((one) => one !== id && one !== 'daemon' && !also.includes(one));
      assert.deepEqual(others, [], show(report));
      if (!fixes && also.length > 0) return; // what --fix does for the others is told with them
      const mended = await doctor(sandbox, ['--fix'], env);
      if (!fixes) {
        assert.deepEqual(mended.fixed, []);
        assert.deepEqual(fingerprint(sandbox), before, '--fix changes nothing');
        return;
      }
      assert.ok(
        mended.fixed?.some((one) => one.id === id && one.done.length > 0),
        show(mended),
      );
      assert.equal(found(mended, id).state, 'ok', show(mended));
      const again = await doctor(sandbox, ['--fix'], env);
      assert.deepEqual([again.fixed, troubles(again).map((one) => one.id)], [[], ['daemon']]);
    });
  }
}

export function writeConfig(sandbox: Sandbox, text: string): void {
  const { config } = sandbox.hostPaths();
  mkdirSync(join(config, '..'), { recursive: true });
  writeFileSync(config, text);
}

/** The state folder, made. */
export function stateOf(sandbox: Sandbox): string {
  const { state } = sandbox.hostPaths();
  mkdirSync(state, { recursive: true, mode: 0o700 });
  return state;
}

export function messageFor(sandbox: Sandbox, name: string): string {
  return join(mailboxOf(sandbox, name).inbox, `${dropMessage(sandbox, name)}.json`);
}

export function heartbeat(
  sandbox: Sandbox,
  name: string,
  { host, at, status = 'active' }: { host?: string; at: number; status?: string },
): string {
  const path = root(sandbox, 'status', `${name}-heartbeat.json`);
  const timestamp = new Date(at).toISOString();
  writeFileSync(path, JSON.stringify({ agent: name, name, timestamp, status, host }), {
    mode: 0o600,
  });
  return path;
}

/** Of a process that has just ended: nobody has it again so soon. */
export async function deadPid(): Promise<number> {
  const child = spawn('true');
  await new Promise((resolve) => child.once('close', resolve));
  return child.pid!;
}

/** What a killed daemon leaves. */
export async function deadSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', script, path]);
  await new Promise((resolve) => child.once('close', resolve));
}

function show(value: { checks: { id: string; state: string }[] }): string {
  return JSON.stringify(
    value.checks.filter(({ state }) => state !== 'ok'),
    null,
    1,
  );
}
