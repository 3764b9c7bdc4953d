import { setTimeout as sleep } from 'node:timers/promises';
import type { HookSession } from '../../protocol/control.js';
import { ControlConnection } from '../../protocol/control-connection.js';
import { ExitCode, sentenceOf } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { identityOf, isRunning } from '../../protocol/process-identity.js';
import { claudePidIn, parseInput, sessionOf } from './input.js';
import { debug, handOver, readStdin } from './streams.js';
import { within } from '../../protocol/within.js';

/** The exit code by which a hook with `asyncRewake` wakes its session; the text is on stderr. */
const WAKE = 2;

/** Between two looks whether the client still lives: nothing says when it dies. */
const LOOK_MS = 2_000;

/** Between two dials: nobody waits for the outcome, and shims start the next daemon themselves. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** A daemon that kept us for this long had us waiting; one that dies at once must not be spun on. */
const STABLE_MS = 1_000;

/**
 * For a daemon to come that never had us: at a session's start its shim is still starting one.
 * Every turn starts a waiter and only a daemon can tell that there is one already, so without an end
 * they would pile up while there is none.
 */
const FIRST_DAEMON_MS = 60_000;

/** `claude -p` and the SDKs: such a client ends after its last turn, but not before its hooks do. */
const NOT_INTERACTIVE = /^sdk-/;

/** The receipt is a matter of milliseconds; the session does not wake before we have ended. */
const RECEIPT_MS = 1_000;

/**
 * `cc2cc hook wait`: ends when something waits for the session, in the way that wakes it, or when
 * the client is gone.
 *
 * @returns the exit code
 */
export async function wait(): Promise<number> {
  const client = claudePidIn(process.env);
  // Without it nothing would ever tell us to go.
  if (client === undefined) throw new Error('no CLAUDE_PID');
  if (NOT_INTERACTIVE.test(process.env['CLAUDE_CODE_ENTRYPOINT'] ?? '')) {
    throw new Error('not an interactive session: it would not end before this hook');
  }
  const gone = Promise.race([clientGone(client), toldToGo()]);
  const bytes = await readStdin();
  const session = sessionOf((bytes && parseInput(bytes)) ?? {}, process.env) ?? {};
  return Promise.race([gone, waitForMail(session)]);
}

async function waitForMail(session: HookSession): Promise<number> {
  const started = performance.now();
  let pause = FIRST_PAUSE_MS;
  let wasHeld = false;
  for (;;) {
    let connection: ControlConnection | undefined;
    let since = Infinity;
    try {
      // Anew each time: the root may have been made, or a link to it changed, in the meantime.
      connection = await ControlConnection.open(hostPaths(bridgeRoot()));
      since = performance.now();
      debug('waiting');
      const { text, receipt } = await connection.call('hook_wait', session);
      if (typeof text !== 'string') return ExitCode.ok; // another one waits already
      return await wake(connection, text, receipt);
    } catch (error) {
      debug(sentenceOf(error));
    }
    connection?.close(); // it may be up: an older daemon does not know what we ask
    if (performance.now() - since >= STABLE_MS) {
      wasHeld = true;
      pause = FIRST_PAUSE_MS;
    }
    if (!wasHeld && performance.now() - started > FIRST_DAEMON_MS) return ExitCode.ok;
    await sleep(pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
}

async function wake(
  connection: ControlConnection,
  text: string,
  receipt: string | null,
): Promise<number> {
  try {
    await handOver(process.stderr, text);
    if (receipt !== null) {
      await within(RECEIPT_MS, 'the receipt', connection.call('hook_shown', { receipt }));
    }
  } catch (error) {
    debug(sentenceOf(error)); // the daemon then shows it again
  }
  return WAKE;
}

function clientGone(pid: number): Promise<number> {
  const client = identityOf(pid);
  return new Promise((resolve) => {
    setInterval(() => {
      if (!isRunning(client)) resolve(ExitCode.ok);
    }, LOOK_MS);
  });
}

function toldToGo(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        resolve(ExitCode.ok);
      });
    }
  });
}
