import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOwnFile } from '../protocol/own-file.js';
import { serviceName } from '../protocol/service-marker.js';
import { isUnknown, mayStart, meaningOf, parseJob, type Job } from './launchctl.js';
import { renderPlist } from './launchd-plist.js';
import type { Action, Availability, ServiceManager, ServiceSpec } from './manager.js';
import { runCommand } from './run-command.js';
import { isOurs } from './template.js';

/** Unloading is asynchronous: the command returns, and the daemon has ExitTimeOut seconds to end. */
const UNLOAD_MS = 20_000;

/** A job that was unloaded a moment ago is refused with error 5 for a while. */
const LOAD_MS = 10_000;

/** More than a property list of ours. */
const MAX_BYTES = 64 * 1024;

/**
 * launchd, as a LaunchAgent of the user. It belongs to a domain: `gui/UID` is the login on the desktop;
 * over ssh with nobody logged in there is only `user/UID`. `available` and `state` find out which there
 * is, and plans use the one that was found last.
 *
 * @param platform where this runs, for tests
 */
export function launchdManager(platform: NodeJS.Platform = process.platform): ServiceManager {
  let domainKind: 'gui' | 'user' = 'gui';
  const labelOf = (spec: ServiceSpec): string => serviceName('launchd', spec.key);
  const domainOf = (spec: ServiceSpec): string => `${domainKind}/${spec.uid}`;
  const targetOf = (spec: ServiceSpec): string => `${domainOf(spec)}/${labelOf(spec)}`;

  const findDomain = async (spec: ServiceSpec): Promise<boolean> => {
    for (const kind of ['gui', 'user'] as const) {
      domainKind = kind;
      if ((await launchctl('print', domainOf(spec))).code === 0) return true;
    }
    domainKind = 'gui';
    return false;
  };

  /** Stops and unloads it, and waits until that is so. Nothing of it is loaded: as good. */
  const unload = (spec: ServiceSpec): Action[] => [
    order(['bootout', targetOf(spec)], (code) => isUnknown(code) || IN_PROGRESS.includes(code)),
    {
      do: 'run',
      argv: ['launchctl', 'print', targetOf(spec)],
      until: isUnknown,
      harmless: isUnknown,
      deadlineMs: UNLOAD_MS,
      explain: () => ({
        message: `launchd has not unloaded ${labelOf(spec)} within ${UNLOAD_MS / 1000} s.`,
        hint: `See: launchctl print ${targetOf(spec)}`,
      }),
    },
  ];

  /** Whoever starts it has ended what runs. What is loaded may be of an older file: it is loaded anew. */
  const start = (spec: ServiceSpec): Action[] => [
    ...unload(spec),
    {
      ...order(['bootstrap', domainOf(spec), plistPath(spec)]), // RunAtLoad starts it
      until: (code) => ![5, ...IN_PROGRESS].includes(code),
      deadlineMs: LOAD_MS,
    },
    order(['kickstart', targetOf(spec)], (code) => [...ALREADY, ...IN_PROGRESS].includes(code)),
  ];

  const available = async (spec: ServiceSpec): Promise<Availability> => {
    if (platform !== 'darwin') return { ok: false, why: 'launchd is only on macOS.' };
    if (spec.uid === 0) return { ok: false, ...ROOT };
    if (!(await findDomain(spec))) {
      const { code, output } = await launchctl('print', domainOf(spec));
      const known = meaningOf(code);
      return { ok: false, why: known?.message ?? `launchctl: ${output}`, ...hintOf(known?.hint) };
    }
    return { ok: true, notes: domainKind === 'gui' ? [] : [NO_DESKTOP] };
  };

  return {
    kind: 'launchd',
    name: labelOf,
    render: (spec) => [
      { path: plistPath(spec), content: renderPlist(labelOf(spec), spec), mode: 0o644 },
    ],
    available,
    install: (spec) => [
      // launchd makes neither its own folder nor those of logs.
      { do: 'folder', path: agentsFolder(spec) },
      { do: 'folder', path: spec.logFolder },
      {
        do: 'write',
        path: plistPath(spec),
        content: renderPlist(labelOf(spec), spec),
        mode: 0o644,
        ours: isOurs,
      },
      order(['enable', targetOf(spec)]),
    ],
    start,
    stop: unload,
    uninstall: (spec) => [
      // First: one that is not ours ends the plan before anything is stopped.
      { do: 'remove', path: plistPath(spec), ours: isOurs },
      ...unload(spec),
    ],
    enable: (spec) => [order(['enable', targetOf(spec)])],
    disable: (spec) => [order(['disable', targetOf(spec)])],
    state: async (spec) => {
      const path = plistPath(spec);
      const file = readOwnFile(path, MAX_BYTES, { privacy: 'any' });
      const isThere = file.kind === 'bytes' && isOurs(file.bytes);
      const state = {
        kind: 'launchd' as const,
        name: labelOf(spec),
        path,
        installed: isThere,
        current: isThere ? file.bytes.equals(renderPlist(labelOf(spec), spec)) : null,
        lingers: false,
        problems: problemsOf(spec, file.kind !== 'missing' && !isThere),
      };
      const unknown = { ...state, enabled: null, active: null, pid: null };
      if (platform !== 'darwin' || !(await findDomain(spec))) return unknown;
      const disabled = await launchctl('print-disabled', domainOf(spec));
      const printed = await launchctl('print', targetOf(spec));
      const job = printed.code === 0 ? parseJob(printed.output) : undefined;
      return {
        ...state,
        enabled: isThere && disabled.code === 0 ? mayStart(disabled.output, labelOf(spec)) : null,
        active: job?.running ?? false,
        pid: job?.pid ?? null,
        problems: [...state.problems, ...jobProblems(job)],
      };
    },
  };
}

export const launchd: ServiceManager = launchdManager();

/** EALREADY and EINPROGRESS: somebody else asked for the same. */
const IN_PROGRESS: readonly number[] = [36, 37];

/** It runs: EEXIST. */
const ALREADY: readonly number[] = [17];

const ROOT = {
  why: 'As root there is no desktop login that a service could belong to.',
  hint: 'Run it as the user whose sessions are to talk.',
};

const NO_DESKTOP =
  'Nobody is logged in on the desktop of this Mac (an ssh session, say): the service is put into the ' +
  'domain of the user. It starts by itself at the next login on the desktop.';

function launchctl(...args: string[]): Promise<{ code: number; output: string }> {
  return runCommand(['launchctl', ...args]);
}

function order(
  args: readonly string[],
  harmless: (code: number) => boolean = () => false,
): Extract<Action, { do: 'run' }> {
  return { do: 'run', argv: ['launchctl', ...args], harmless, explain: meaningOf };
}

function agentsFolder(spec: ServiceSpec): string {
  return join(spec.home, 'Library', 'LaunchAgents');
}

function plistPath(spec: ServiceSpec): string {
  return join(agentsFolder(spec), `${serviceName('launchd', spec.key)}.plist`);
}

function hintOf(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

function problemsOf(spec: ServiceSpec, isForeign: boolean): string[] {
  const path = plistPath(spec);
  if (isForeign) return [`${path} is not ours: it stays as it is. Look at it and move it away.`];
  if (!existsSync(path)) return [];
  return existsSync(spec.logFolder)
    ? []
    : [`${spec.logFolder} is gone, and launchd makes no folders: cc2cc-daemon install`];
}

function jobProblems(job: Job | undefined): string[] {
  if (job === undefined || job.running || (job.lastExit ?? 0) === 0) return [];
  return [`It ended with exit code ${job.lastExit} the last time. See: cc2cc-daemon logs`];
}
