import { execFile } from 'node:child_process';
import { readdirSync, lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { StatusReport } from '../../../protocol/control.js';
import { idsOf, type McpClient } from '../../../scripts/mcp-client.js';
import { DAEMON, daemonPid, daemonPids, signal } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { isProcessOf } from '../../support/processes.js';
import type { Extras, Sandbox } from '../../support/sandbox.js';

/** A start on a loaded machine takes seconds; a command that takes this long hangs. */
const COMMAND_MS = 40_000;

export interface CommandResult {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

/** Runs `cc2cc-daemon …` to its end; an exit code is a result and no error. */
export function daemonCommand(
  sandbox: Sandbox,
  args: readonly string[],
  extras: Extras = {},
  program = DAEMON,
): Promise<CommandResult> {
  const options = { env: sandbox.envWith(extras), cwd: sandbox.work, timeout: COMMAND_MS };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

export async function statusOf(sandbox: Sandbox, extras: Extras = {}): Promise<StatusReport> {
  const { stdout, stderr } = await daemonCommand(sandbox, ['status', '--json'], extras);
  const report = JSON.parse(stdout) as { running: boolean };
  if (!report.running) throw new Error(`No daemon: ${stdout}${stderr}`);
  return report as StatusReport;
}

/** The pid of the daemon in force; fails when there is none. */
export function thePid(sandbox: Sandbox): number {
  const pid = daemonPid(sandbox);
  if (pid === undefined) throw new Error('No daemon runs in the sandbox.');
  return pid;
}

/** `kill -9` of the daemon in force, in this very tick. */
export function killDaemon(sandbox: Sandbox): number {
  const pid = thePid(sandbox);
  signal(pid, 'SIGKILL');
  return pid;
}

export function processGone(sandbox: Sandbox, pid: number): Promise<true> {
  return until(() => !isProcessOf(pid, sandbox.env), `end of process ${pid}`);
}

/** Waits until exactly one daemon lives, which is not `before`, and returns its pid. */
export function successor(sandbox: Sandbox, before: number): Promise<number> {
  return until(
    () => {
      const pid = daemonPid(sandbox);
      const only = daemonPids(sandbox).length === 1;
      return only && pid !== before ? pid : undefined;
    },
    `successor of daemon ${before}`,
    15_000,
  );
}

/** The id in the answer to a send; fails for any other answer. */
export function acceptedId({ text, isError }: { text: string; isError: boolean }): string {
  const id = /^Accepted (msg-[\w-]+)/.exec(text)?.[1];
  if (isError || id === undefined) throw new Error(`Not accepted: ${text}`);
  return id;
}

/** A message as it came to a session. */
export interface Arrival {
  id: string;
  /** Marked as possibly repeated: it was pushed before without a sign that it was seen. */
  repeated: boolean;
}

/** Takes all that waits, with check_inbox; what came is then in {@link arrivals}. */
export async function drainInbox(agent: McpClient): Promise<void> {
  for (;;) {
    const { text, isError } = await agent.call('check_inbox');
    if (isError) throw new Error(text);
    if (text.includes('No messages wait')) return;
  }
}

/** Every message that has come to a session, in order: pushed, or in the result of any tool. */
export function arrivals(agent: McpClient): Arrival[] {
  return agent.lines.flatMap((line) => {
    const { params, result } = JSON.parse(line) as Line;
    const fresh = (params?.meta === undefined ? [] : idsOf({ content: '', meta: params.meta })).map(
      (id) => ({ id, repeated: false }),
    );
    const ids = result?._meta?.['cc2cc/ids'] ?? [];
    const headers = (result?.content?.[0]?.text ?? '').split('\n');
    const taken = ids.map((id) => {
      const header = headers.find((text) => text.startsWith(`[${id}] `));
      if (header === undefined) throw new Error(`${id} is announced, but not in: ${line}`);
      return { id, repeated: header.includes('possibly repeated') };
    });
    return [...fresh, ...taken];
  });
}

interface Line {
  params?: { meta?: Record<string, string> };
  result?: { _meta?: { 'cc2cc/ids'?: string[] }; content?: { text: string }[] };
}

/** The ids of {@link arrivals} that are not marked as repeated, each as often as it came. */
export function freshIds(agent: McpClient): string[] {
  return arrivals(agent)
    .filter(({ repeated }) => !repeated)
    .map(({ id }) => id);
}

/** Every file and folder below, with what lstat says of it. */
export function walk(folder: string): { path: string; stats: Stats }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? [] : { path, stats }; // files come and go while we walk
  });
}
