import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOwnFile } from '../protocol/own-file.js';
import { serviceName } from '../protocol/service-marker.js';
import type { Action, ServiceManager, ServiceSpec, ServiceState } from './manager.js';
import { runCommand } from './run-command.js';
import { parseLastResult, parseTask } from './schtasks.js';
import { launcherPath, placeFlags, taskFiles, taskPath, type Launcher } from './task-files.js';
import { isOurs } from './template.js';

/** Exit code of `cc2cc-daemon stop` where none runs. */
const NONE_RUNS = 3;

/** The daemon's own end takes a little over two seconds; then it may be killed. */
const STOP_MS = 15_000;

const MAX_BYTES = 64 * 1024;

/**
 * The Task Scheduler of Windows: a task of the user that runs at login.
 *
 * @param platform where this runs, for tests
 * @param launcher how the task runs the daemon; what this system has unless told
 */
export function taskScheduler(
  platform: NodeJS.Platform = process.platform,
  launcher: Launcher = launcherHere(platform),
): ServiceManager {
  // Without its domain: the marker of the root must come to the same name.
  const nameOf = (spec: ServiceSpec): string =>
    serviceName('task-scheduler', spec.key, spec.user.replace(/^.*\\/, ''));

  const state = async (spec: ServiceSpec): Promise<ServiceState> => {
    const files = taskFiles(spec, launcher);
    const present = files.map(({ path }) => readOwnFile(path, MAX_BYTES, { privacy: 'any' }));
    const areThere = present.every((file) => file.kind === 'bytes' && isOurs(file.bytes));
    const areCurrent = present.every(
      (file, index) => file.kind === 'bytes' && files[index]?.content.equals(file.bytes) === true,
    );
    const known = {
      kind: 'task-scheduler' as const,
      name: nameOf(spec),
      path: taskPath(spec),
      installed: areThere,
      current: areThere ? areCurrent : null,
      enabled: null,
      lingers: false,
      active: null,
      pid: null,
      problems: [],
    };
    if (platform !== 'win32') return known;
    const task = await schtasks('/Query', '/TN', nameOf(spec), '/XML');
    if (task.code !== 0) {
      const problems = areThere ? [`The task ${nameOf(spec)} is gone: cc2cc-daemon install`] : [];
      return { ...known, installed: false, current: null, problems };
    }
    const details = await schtasks('/Query', '/TN', nameOf(spec), '/V', '/FO', 'CSV', '/NH');
    const last = parseLastResult(details.output);
    return {
      ...known,
      enabled: parseTask(task.output)?.enabled ?? null,
      active: last?.running ?? null,
      problems: problemsOf(areThere, areCurrent, last?.code ?? 0),
    };
  };

  return {
    kind: 'task-scheduler',
    name: nameOf,
    render: (spec) => taskFiles(spec, launcher),
    available: async (spec) => {
      if (platform !== 'win32') return { ok: false, why: 'The Task Scheduler is only on Windows.' };
      const asked = await schtasks('/Query', '/TN', nameOf(spec), '/XML');
      if (asked.code === -1) return { ok: false, why: `schtasks: ${asked.output}.` };
      if (parseTask(asked.output) !== undefined && !isOurs(Buffer.from(asked.output))) {
        return {
          ok: false,
          why: `There is a task ${nameOf(spec)} that others made.`,
          hint: `Look at it (schtasks /Query /TN ${nameOf(spec)} /XML), then rename or remove it.`,
        };
      }
      return { ok: true, notes: launcher === 'plain' ? [A_WINDOW] : [] };
    },
    install: (spec) => [
      { do: 'folder', path: spec.state },
      { do: 'folder', path: spec.logFolder },
      ...taskFiles(spec, launcher).map((file): Action => ({ do: 'write', ...file, ours: isOurs })),
      order('/Create', '/TN', nameOf(spec), '/XML', taskPath(spec), '/F'),
    ],
    start: (spec) => [
      order('/Run', '/TN', nameOf(spec)),
      // It returns at once; who asks right away would be told that the task does not run.
      {
        do: 'run',
        argv: ['schtasks', '/Query', '/TN', nameOf(spec), '/V', '/FO', 'CSV', '/NH'],
        until: (_code, output) => parseLastResult(output)?.running !== false,
        deadlineMs: 3_000,
        harmless: () => true,
      },
    ],
    stop,
    uninstall: (spec) => [
      // What is wrong is said in the user's language only; the next step tells whether it is gone.
      { ...order('/Delete', '/TN', nameOf(spec), '/F'), harmless: () => true },
      {
        do: 'run',
        argv: ['schtasks', '/Query', '/TN', nameOf(spec)],
        until: isGone,
        harmless: isGone,
        deadlineMs: 2_000,
        explain: () => ({
          message: `The task ${nameOf(spec)} could not be removed.`,
          hint: `Try it as an administrator: schtasks /Delete /TN ${nameOf(spec)} /F`,
        }),
      },
      { do: 'remove', path: taskPath(spec), ours: isOurs },
      { do: 'remove', path: launcherPath(spec), ours: isOurs },
    ],
    enable: (spec) => [order('/Change', '/TN', nameOf(spec), '/ENABLE')],
    disable: (spec) => [order('/Change', '/TN', nameOf(spec), '/DISABLE')],
    state,
  };
}

export const windowsTasks: ServiceManager = taskScheduler();

/** It knows no such task. */
function isGone(code: number, output: string): boolean {
  return code !== 0 || output === '';
}

/** `schtasks /End` kills: what is under way would be cut off. So the daemon is asked to end. */
function stop(spec: ServiceSpec): Action[] {
  return [
    {
      do: 'run',
      argv: [spec.node, spec.daemon, ...placeFlags(spec.environment), 'stop'],
      harmless: (code) => code === NONE_RUNS,
      deadlineMs: STOP_MS,
    },
  ];
}

const A_WINDOW =
  'VBScript is not installed on this Windows, so the daemon runs in a window of its own: minimise it. ' +
  'To be without: add the optional feature VBScript, then: cc2cc-daemon install';

/** VBScript is an optional feature by now, and will go. */
function launcherHere(platform: NodeJS.Platform): Launcher {
  if (platform !== 'win32') return 'wscript';
  const folder = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  const hasAll = ['wscript.exe', 'vbscript.dll'].every((file) => existsSync(join(folder, file)));
  return hasAll ? 'wscript' : 'plain';
}

function schtasks(...args: string[]): Promise<{ code: number; output: string }> {
  return runCommand(['schtasks', ...args]);
}

function order(...args: string[]): Extract<Action, { do: 'run' }> {
  return { do: 'run', argv: ['schtasks', ...args], explain };
}

/** Its texts are in the user's language, so they are handed on. */
function explain(code: number, output: string): { message: string; hint: string } {
  return {
    message: `The Task Scheduler refused (${code}): ${output.split('\n').at(-1)?.trim() ?? ''}`,
    hint: 'A policy of the machine may forbid tasks to plain users. Sessions start the daemon when they need it, also without.',
  };
}

function problemsOf(areThere: boolean, areCurrent: boolean, code: number): string[] {
  if (!areThere) return ['The task is there, but not its files: cc2cc-daemon install'];
  if (!areCurrent) return [];
  return code === 0
    ? []
    : [
        `The task ended with ${code} (0x${code.toString(16)}) the last time. See: cc2cc-daemon logs`,
      ];
}
