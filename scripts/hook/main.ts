import { isatty } from 'node:tty';
import { HOOK_EVENTS } from '../../protocol/control.js';
import { errnoOf, ExitCode, sentenceOf } from '../../protocol/errors.js';
import { OF_PLUGIN } from '../../protocol/of-plugin.js';
import { LOCAL_SETTINGS } from '../../protocol/settings/local.js';
import { takeFlags } from '../../protocol/settings/take-flags.js';
import { reportEvent } from './event.js';
import { debug, handOver } from './streams.js';
import { wait } from './wait.js';

const USAGE = `usage: cc2cc hook EVENT
       cc2cc hook wait
       cc2cc hook settings [--wait]

EVENT is ${HOOK_EVENTS.join(', ')}.
`;

const HELP = `${USAGE}
Claude Code runs these at its hooks, with JSON on stdin. They tell the daemon
what the session does and give the session what waits for it. They start no
daemon, and without one they do nothing.

  settings   print the hooks for Claude Code's settings.json
    --wait   with a waiter that wakes an idle session

Settings, as flags or variables: --bridge-dir (CC2CC_BRIDGE_DIR, or BRIDGE_DIR),
--host (CC2CC_HOST), --hook-ms (CC2CC_HOOK_MS; patience with the daemon, 100),
--debug (CC2CC_DEBUG=1; say on stderr what happens).

Examples:
  $ cc2cc hook settings --wait
  $ cc2cc hook stop < hook-input.json
`;

/**
 * `cc2cc hook …`.
 *
 * @param args what follows `hook`
 * @returns the exit code; all output has been taken
 */
export async function hook(args: readonly string[]): Promise<number> {
  const plugin = args.includes(OF_PLUGIN);
  const [word, ...options] = withoutFlags(args.filter((arg) => arg !== OF_PLUGIN));
  if (word === 'settings' && options.every((option) => option === '--wait')) {
    const { hookSettings } = await import('./settings.js');
    const hooks = hookSettings({ wait: options.length > 0 });
    return print(process.stdout, `${JSON.stringify({ hooks }, null, 2)}\n`, ExitCode.ok);
  }
  if (word === '--help') return print(process.stdout, HELP, ExitCode.ok);
  const event = HOOK_EVENTS.find((name) => name === word);
  const isHook = event !== undefined || word === 'wait';
  if (!isHook || options.length > 0 || isatty(0)) {
    // A client takes exit code 2 for "stop what you are about to do", and settings can be newer or
    // older than we are.
    const code = isatty(0) ? ExitCode.usage : ExitCode.failed;
    return print(process.stderr, USAGE, code);
  }
  return undisturbing(async () => {
    if (event === undefined) return wait();
    await reportEvent(event, plugin);
    return ExitCode.ok;
  });
}

/** A wrong flag stays among the options, and so is answered like one that is unknown. */
function withoutFlags(args: readonly string[]): readonly string[] {
  try {
    return takeFlags(args, LOCAL_SETTINGS);
  } catch (error) {
    debug(sentenceOf(error));
    return args;
  }
}

/** A hook that fails shows in the session, or stops it: so it never does, whatever happens. */
async function undisturbing(run: () => Promise<number>): Promise<number> {
  process.on('uncaughtException', () => process.exit(ExitCode.ok));
  process.stderr.on('error', () => undefined); // debugging must not end in an error either
  try {
    return await run();
  } catch (error) {
    debug(sentenceOf(error));
    return ExitCode.ok;
  }
}

/** A reader that has seen enough and is gone is no error. */
async function print(stream: NodeJS.WritableStream, text: string, code: number): Promise<number> {
  stream.on('error', () => undefined); // it is told again, beside the failure of the write
  try {
    await handOver(stream, text);
  } catch (error) {
    if (errnoOf(error) !== 'EPIPE') throw error;
  }
  return code;
}
