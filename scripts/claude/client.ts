import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** What became of a run of `claude`. */
export type ClientRun =
  /** `output`: both streams, bounded. */
  | { kind: 'ok' | 'failed'; stdout: string; stderr: string; code: number }
  /** It did not end in time, and was ended. */
  | { kind: 'late' }
  /** It could not be started; in words that fit after the path and a colon. */
  | { kind: 'broken'; reason: string };

/** The client takes half a second to two for each of these; a machine may be busy. */
const DEADLINE_MS = 60_000;

/** Of each stream. No answer that is used is longer than a page. */
const MAX_OUTPUT = 256 * 1024;

/**
 * The `claude` program: the first on PATH, else where its own installers put it, which an alias of a
 * shell may point to.
 */
export function findClient(env: Env = process.env): string | undefined {
  const separator = process.platform === 'win32' ? ';' : ':';
  const onPath = (env['PATH'] ?? env['Path'] ?? '').split(separator).filter(isAbsolute);
  const folders = [
    ...onPath,
    join(homedir(), '.local', 'bin'),
    join(homedir(), '.claude', 'local'),
  ];
  const names = process.platform === 'win32' ? ['claude.exe', 'claude.cmd'] : ['claude'];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
}

/** Runs `claude` with these arguments to its end, without a terminal. Never throws. */
export function runClient(
  client: string,
  args: readonly string[],
  { cwd = homedir(), deadlineMs = DEADLINE_MS }: { cwd?: string; deadlineMs?: number } = {},
): Promise<ClientRun> {
  return new Promise((resolve) => {
    // Only a shell runs a .cmd; what stands in the arguments are words and paths of ours.
    const shell = client.toLowerCase().endsWith('.cmd');
    const words = shell ? args.map((arg) => `"${arg}"`) : args;
    let child;
    try {
      child = spawn(shell ? `"${client}"` : client, words, {
        cwd,
        shell,
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
      });
    } catch (error) {
      resolve({ kind: 'broken', reason: messageOf(error) });
      return;
    }
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (said[name].length < MAX_OUTPUT) said[name] += text;
      });
    }
    const started = child;
    const deadline = setTimeout(() => {
      started.kill('SIGKILL');
      // Its own children may hold the pipes: what they say is not waited for.
      for (const stream of [started.stdout, started.stderr]) stream.destroy();
      resolve({ kind: 'late' });
    }, deadlineMs);
    child.once('error', (error) => {
      clearTimeout(deadline);
      resolve({ kind: 'broken', reason: messageOf(error) });
    });
    child.once('close', (code) => {
      clearTimeout(deadline);
      resolve({ kind: code === 0 ? 'ok' : 'failed', ...said, code: code ?? -1 });
    });
  });
}

/** `2.1.329`, from `claude --version`; undefined where it says nothing of the kind. */
export async function clientVersion(
  client: string,
  deadlineMs = 10_000,
): Promise<string | undefined> {
  const run = await runClient(client, ['--version'], { deadlineMs });
  return run.kind === 'ok' ? /^\s*(\d+\.\d+\.\d+\S*)/.exec(run.stdout)?.[1] : undefined;
}

/** One line that says what went wrong. */
export function runProblem(run: ClientRun): string {
  if (run.kind === 'late') return 'it did not end within a minute';
  if (run.kind === 'broken') return run.reason;
  const line = `${run.stderr}\n${run.stdout}`.split('\n').find((text) => text.trim() !== '');
  return line?.trim() ?? `exit code ${run.code}`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
