import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Keyring } from '../../../mail/keyring.js';
import { EXAMPLE_RULES } from '../../../mail/rules.js';
import { makeFolder } from '../../../protocol/make-folder.js';
import { rootPaths } from '../../../protocol/paths.js';
import { ensurePrivateFolder } from '../../../protocol/private-folder.js';
import type { CheckResult } from '../../../scripts/doctor/check.js';
import type { Mended } from '../../../scripts/doctor/examine.js';
import { cli } from '../../support/cli.js';
import { SHIM } from '../../support/agents.js';
import { sandboxFor, type Extras, type Sandbox } from '../../support/sandbox.js';

export interface Report {
  ok: boolean;
  checks: CheckResult[];
  fixed?: Mended[];
}

/** What these say depends on the machine and not on the sandbox. */
export const OF_MACHINE = ['node-path', 'installation', 'inotify', 'disk'];

/** A home in which everything is as it should be, but that no daemon runs. */
export async function healthyHome(t: TestContext, extras: Extras = {}): Promise<Sandbox> {
  const sandbox = sandboxFor(t, extras);
  fakeClaude(sandbox, 'echo "2.1.329 (Claude Code)"');
  prepareRoot(sandbox.root);
  register(sandbox, { cc2cc: { type: 'stdio', command: process.execPath, args: [SHIM] } });
  await installHooks(sandbox);
  return sandbox;
}

/** As `cc2cc init` does, without a process. */
function prepareRoot(root: string): void {
  ensurePrivateFolder(root);
  const { status, agents, rejected, leases, rules } = rootPaths(root);
  for (const folder of [status, agents, rejected, leases]) makeFolder(folder);
  new Keyring(root).ensure();
  writeFileSync(rules, EXAMPLE_RULES, { mode: 0o600 });
}

/** A program `claude` that does so. */
export function fakeClaude(sandbox: Sandbox, script: string): void {
  const path = join(sandbox.dir, 'bin', 'claude');
  mkdirSync(join(sandbox.dir, 'bin'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** MCP servers of the user, as Claude Code keeps them. */
export function register(sandbox: Sandbox, mcpServers: Record<string, unknown>): void {
  writeFileSync(join(sandbox.home, '.claude.json'), JSON.stringify({ mcpServers }));
}

export const settingsFile = (sandbox: Sandbox): string =>
  join(sandbox.home, '.claude', 'settings.json');

/** The same for all sandboxes: printed once. */
let hooks: Promise<string> | undefined;

export async function installHooks(sandbox: Sandbox): Promise<void> {
  hooks ??= cli(sandbox, ['hook', 'settings']).then(({ stdout }) => stdout);
  mkdirSync(join(sandbox.home, '.claude'), { recursive: true });
  writeFileSync(settingsFile(sandbox), await hooks);
}

export function changeHooks(sandbox: Sandbox, change: (text: string) => string): void {
  const file = settingsFile(sandbox);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

/** `cc2cc doctor --json …`, which must be JSON and well-formed whatever it finds. */
export async function doctor(
  sandbox: Sandbox,
  args: readonly string[] = [],
  env: Extras = {},
): Promise<Report & { code: number | null; stderr: string }> {
  const { code, stdout, stderr } = await cli(sandbox, ['doctor', '--json', ...args], {
    env: { PATH: pathOf(sandbox), ...env },
  });
  const report = JSON.parse(stdout) as Report;
  assert.equal(report.ok, !report.checks.some(({ state }) => state === 'fail'));
  assert.equal(code, report.ok ? 0 : 1, stderr);
  return { ...report, code, stderr };
}

export function found({ checks }: Report, id: string): CheckResult {
  const result = checks.find((one) => one.id === id);
  assert.ok(result, id);
  return result;
}

/** Everything that is not well, but for what is the machine's. */
export function troubles({ checks }: Report): CheckResult[] {
  return checks.filter(
    ({ id, state }) => (state === 'warn' || state === 'fail') && !OF_MACHINE.includes(id),
  );
}

export function pathOf(sandbox: Sandbox): string {
  return `${join(sandbox.dir, 'bin')}:${process.env['PATH'] ?? ''}`;
}

/** Every file of the sandbox: kind, mode, owner, size, time and content. */
export function fingerprint(sandbox: Sandbox, except: RegExp = /^$/): string[] {
  const lines: string[] = [];
  const look = (path: string, name: string): void => {
    if (except.test(name)) return;
    const stats = lstatSync(path);
    const content = stats.isFile() ? hashOf(path) : '';
    lines.push([name, stats.mode, stats.uid, stats.ino, stats.mtimeMs, content].join(' '));
    if (!stats.isDirectory()) return;
    for (const inner of readdirSync(path)) look(join(path, inner), join(name, inner));
  };
  look(sandbox.dir, '');
  return lines.sort();
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
