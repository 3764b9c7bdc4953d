/**
 * The service on Windows. Wine's Task Scheduler keeps tasks, without what they run, and never runs them. So
 * a test does that, from the file that was registered.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readServiceMarker } from '../../protocol/service-marker.js';
import { isOurs } from '../../service/template.js';
import { attachAgent, awake } from '../support/agents.js';
import { daemonPid } from '../support/daemon.js';
import { until } from '../support/events.js';
import type { Sandbox } from '../support/sandbox.js';
import { awkwardSandbox } from './support/home.js';
import { daemonCommand, runToEnd } from './support/run.js';

const SYSTEM = join(process.env['SystemRoot'] ?? 'C:\\windows', 'System32');
const WITH_SERVICE = { CC2CC_NO_SERVICE_MANAGER: undefined };
const WAIT_MS = 60_000;

/** The task as the Task Scheduler has it, once it has it whole. */
function registered(name: string): string | undefined {
  const path = join(SYSTEM, 'Tasks', name);
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  return (['utf16le', 'utf8'] as const)
    .map((encoding) => bytes.toString(encoding))
    .find((text) => text.includes('</Task>'));
}

function taskName(sandbox: Sandbox): string {
  return `cc2cc-daemon-${process.env['USERNAME']}-${sandbox.hostPaths().key}`;
}

/** Runs what a task runs, as the Task Scheduler would: with the login's variables and no others. */
function runTask(sandbox: Sandbox, xml: string): Promise<number | null> {
  const text = (name: string): string =>
    (new RegExp(`<${name}>([^<]*)<`).exec(xml)?.[1] ?? '')
      .replaceAll('&quot;', '"')
      .replaceAll('&apos;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
  const { CC2CC_BRIDGE_DIR: _root, ...login } = sandbox.envWith(WITH_SERVICE);
  const command = text('Command').replace(/%SystemRoot%/i, process.env['SystemRoot'] ?? '');
  const child = spawn(command, [text('Arguments')], {
    env: login,
    cwd: text('WorkingDirectory'),
    stdio: 'ignore',
    windowsVerbatimArguments: true,
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

test('install registers the task, which takes over without losing a session; uninstall removes it', async (t) => {
  const sandbox = awkwardSandbox(t);
  const name = taskName(sandbox);
  t.after(() => spawnSync('schtasks', ['/Delete', '/TN', name, '/F']));
  assert.equal((await daemonCommand(sandbox, ['start'])).code, 0);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann, WAIT_MS);
  const onDemand = daemonPid(sandbox);
  const installing = daemonCommand(sandbox, ['install'], WITH_SERVICE);
  await until(() => registered(name), `task ${name}`, WAIT_MS);
  const paths = sandbox.hostPaths();
  const task = readFileSync(join(paths.state, 'service.xml'), 'utf16le');
  const taskEnded = runTask(sandbox, task);
  const installed = await installing;
  assert.equal(installed.code, 0, installed.stdout + installed.stderr);
  assert.deepEqual(readServiceMarker(sandbox.root, paths)?.name, name);
  const byTask = daemonPid(sandbox);
  assert.ok(byTask !== undefined && byTask !== onDemand);
  const { text, isError } = await ann.call('whoami');
  assert.ok(!isError, text);
  assert.match(text, /ann/);

  const again = await daemonCommand(sandbox, ['install'], WITH_SERVICE);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(daemonPid(sandbox), byTask, 'a second time changes nothing');

  const uninstalled = await daemonCommand(sandbox, ['uninstall'], WITH_SERVICE);
  assert.equal(uninstalled.code, 0, uninstalled.stdout + uninstalled.stderr);
  assert.equal(registered(name), undefined);
  for (const file of ['service.xml', 'service.vbs', 'service.json']) {
    assert.ok(!existsSync(join(paths.state, file)), file);
  }
  assert.equal(await taskEnded, 0, 'the launcher has waited, and tells how it ended');
  // And the session has started the next daemon by itself.
  assert.match((await ann.call('whoami')).text, /ann/);
});

test('the task is what was written: UTF-16, ours, for this user; a dry run registers none', async (t) => {
  const sandbox = awkwardSandbox(t);
  const dry = await daemonCommand(sandbox, ['install', '--dry-run'], WITH_SERVICE);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /schtasks \/Create \/TN cc2cc-daemon-/);
  assert.equal(registered(taskName(sandbox)), undefined);
  const printed = await daemonCommand(sandbox, ['install', '--print']);
  assert.match(printed.stdout, /<LogonTrigger>/);
  assert.match(printed.stdout, /<UserId>[^<]+\\[^<]+<\/UserId>/);
  const file = join(sandbox.dir, 'task.xml');
  const xml = printed.stdout.slice(printed.stdout.indexOf('<?xml'));
  writeFileSync(file, `\ufeff${xml.replaceAll('\n', '\r\n')}`, 'utf16le');
  const name = taskName(sandbox);
  t.after(() => spawnSync('schtasks', ['/Delete', '/TN', name, '/F']));
  assert.equal(spawnSync('schtasks', ['/Create', '/TN', name, '/XML', file, '/F']).status, 0);
  assert.ok(isOurs(Buffer.from(registered(name) ?? '')));
});

test('the launcher hands on every argument, waits, and returns the exit code', async (t) => {
  const sandbox = awkwardSandbox(t);
  const launcher = new URL('../../../service-templates/windows/launcher.vbs', import.meta.url);
  const folder = join(sandbox.dir, 'a b');
  mkdirSync(folder);
  const vbs = join(folder, 'launcher.vbs');
  writeFileSync(vbs, readFileSync(launcher));
  const script = join(folder, 'script \u00e4.cjs');
  writeFileSync(
    script,
    `require('fs').writeFileSync(process.argv[2], JSON.stringify(process.argv.slice(3))); process.exit(7);`,
  );
  const out = join(folder, 'out.json');
  const words = ['two words', 'J\u00f6rg & Co', '--root=C:\\', "it's", '<&>', '100%'];
  const launch = (...args: string[]): Promise<{ code: number | null }> =>
    runToEnd(join(SYSTEM, 'wscript.exe'), ['//B', '//NoLogo', vbs, ...args], { ...sandbox.env });
  assert.equal((await launch(process.execPath, script, out, ...words)).code, 7);
  assert.deepEqual(JSON.parse(readFileSync(out, 'utf8')), words);
  rmSync(script);
  assert.equal((await launch(process.execPath, script, out)).code, 0, 'its program was removed');
  assert.equal((await launch('C:\\gone\\node.exe', vbs)).code, 0, 'Node was removed');
});
