import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { callDaemon } from '../../../protocol/control.js';
import { heartbeatNames, readHeartbeat } from '../../../protocol/heartbeat.js';
import { LAUNCHER, SHIM } from '../../support/agents.js';
import { daemonPids, signal } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { commandOf, processesIn, processesOf } from '../../support/processes.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { startFakeApi, type FakeApi } from './fake-api.js';
import { clientEnvironment, seedHome } from './home.js';
import type { Model } from './model.js';
import { reportOf } from './report.js';
import { ClaudeSession, type SessionOptions } from './session.js';
import { surroundings } from './surroundings.js';

/** One user with a home, a daemon on demand, a fake API, and as many sessions as the test starts. */
export interface World {
  sandbox: Sandbox;
  api: FakeApi;
  t: TestContext;
  /** Starts an interactive session that wishes the name `session`, and waits until it is ready. */
  start: (session: string, options?: SessionOptions) => Promise<ClaudeSession>;
  /** Runs the client to its end, such as `claude mcp list` or `claude -p`. */
  run: (session: string, args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** The model of a session, also before it is started. */
  model: (session: string) => Model;
  /** Names of the agents that the daemon has online. */
  online: () => Promise<string[]>;
  /** Pids of the shims that live. */
  shims: () => number[];
}

export type RunOptions = Pick<SessionOptions, 'env'>;
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

const TOOLS = ['mcp__cc2cc', 'mcp__plugin_cc2cc_cc2cc'];
const PERMISSIONS = ['--permission-mode', 'default', '--allowedTools', ...TOOLS];
const RUN_MS = 60_000;
const LOG_LINES = 20;
const END_MS = 10_000;

/** A test with the real client, in a world of its own that is gone afterwards. */
export function claudeTest(name: string, body: (world: World) => Promise<void>): void {
  test(name, async (t) => {
    const { client, offline } = surroundings();
    if ('unavailable' in client) {
      t.skip(client.unavailable);
      return;
    }
    const sandbox = makeSandbox();
    sandbox.defer(() => endOfClients(sandbox)); // the first to be put off is the last to be done
    const api = await startFakeApi();
    const sessions: ClaudeSession[] = [];
    try {
      await body(makeWorld(t, sandbox, api, sessions, client.bin, offline));
    } catch (error) {
      console.error(
        await reportOf(
          `${name}: ${String(error)}`,
          sessions,
          api.models(),
          describeDaemon(sandbox),
        ),
      );
      throw error;
    } finally {
      await endAll(sandbox, api);
    }
  });
}

function makeWorld(
  t: TestContext,
  sandbox: Sandbox,
  api: FakeApi,
  sessions: ClaudeSession[],
  bin: string,
  offline: boolean,
): World {
  seedHome(sandbox);
  const paths = sandbox.hostPaths();
  const place = (session: string, env: SessionOptions['env']) => {
    const cwd = join(sandbox.work, session);
    mkdirSync(cwd, { recursive: true });
    const extras = { CC2CC_NAME: session, ...env };
    return { cwd, env: clientEnvironment(sandbox, api.urlOf(session), offline, extras) };
  };
  return {
    sandbox,
    api,
    t,
    start: async (name, { args = [], env, settings, plugin = false } = {}) => {
      const where = place(name, env);
      const more = settings === undefined ? [] : ['--settings', settingsFile(where.cwd, settings)];
      const session = ClaudeSession.start({
        ...{ sandbox, bin, model: api.modelOf(name), ...where },
        args: [...PERMISSIONS, ...more, ...args],
        server: plugin ? 'plugin:cc2cc:cc2cc' : 'cc2cc',
      });
      sessions.push(session);
      await session.ready();
      return session;
    },
    run: (name, args, { env } = {}) => runToEnd(bin, args, place(name, env)),
    model: (name) => api.modelOf(name),
    online: async () => {
      const { agents } = await callDaemon(paths, 'status', {});
      return agents.filter(({ status }) => status !== 'offline').map((agent) => agent.name);
    },
    shims: () => [SHIM, LAUNCHER].flatMap((path) => processesOf(sandbox.env, path)),
  };
}

function settingsFile(cwd: string, settings: object): string {
  const file = join(cwd, 'test-settings.json');
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

function runToEnd(
  bin: string,
  args: readonly string[],
  where: { cwd: string; env: Record<string, string> },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { ...where, timeout: RUN_MS };
    const child = execFile(bin, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else
        reject(new Error(`claude ${args.join(' ')}: no end. ${stdout}${stderr}`, { cause: error }));
    });
    child.stdin?.end(); // it would wait for more of the prompt
  });
}

/** Ends what the test started. Whoever has the throw-away home and still lives then is an error. */
async function endAll(sandbox: Sandbox, api: FakeApi): Promise<void> {
  try {
    await sandbox.end();
    await expectEnd(() => processesIn(sandbox.env));
  } finally {
    await api.close();
    await sandbox.cleanup();
  }
}

/** Only then may the daemon be ended: a shim that lives would start another. */
async function endOfClients(sandbox: Sandbox): Promise<void> {
  await expectEnd(() => {
    const daemons = daemonPids(sandbox);
    return processesIn(sandbox.env).filter((pid) => !daemons.includes(pid));
  });
}

async function expectEnd(left: () => number[]): Promise<void> {
  try {
    await until(() => left().length === 0, 'end of all that was started', END_MS);
  } catch (error) {
    const commands = left().map((pid) => `${pid} ${commandOf(pid)}`);
    for (const pid of left()) signal(pid, 'SIGKILL');
    throw new Error(`Left running: ${commands.join('; ')}`, { cause: error });
  }
}

/** Who is known to the daemon, and the last that it logged. */
function describeDaemon(sandbox: Sandbox): string {
  const { root } = sandbox;
  const beats = heartbeatNames(root).map((name) => JSON.stringify(readHeartbeat(root, name)));
  const { log } = sandbox.hostPaths();
  const logged = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  return ['--- agents and log of the daemon', ...beats, ...logged.slice(-LOG_LINES)].join('\n');
}
