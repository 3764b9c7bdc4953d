import { ExitCode } from '../protocol/errors.js';
import { version } from '../protocol/version.js';

const USAGE = 'usage: cc2cc-shim [--version | --help]';
/** With absolute paths: a client's PATH is not that of this shell. */
const REGISTER = `claude mcp add --scope user cc2cc -- ${process.execPath} ${process.argv[1] ?? 'cc2cc-shim'}`;

const HELP = `${USAGE}

Connects an MCP client on stdin and stdout to the cc2cc daemon, which it starts where none runs.
Clients start it; register it with Claude Code:

  ${REGISTER}

Environment: CC2CC_BRIDGE_DIR (or BRIDGE_DIR), CC2CC_NAME (or SELF), CC2CC_LANES, CC2CC_PRESENCE,
CC2CC_TRANSCRIPT (off: do not read the client's transcript), CC2CC_NO_LAUNCH (start no daemon),
CC2CC_DEBUG=1 (say on stderr what happens).
`;

/** For somebody who types the command to see what it does. */
export const TTY_NOTICE = `cc2cc-shim: an MCP client should start this. Register it: ${REGISTER}\n`;

/** What the arguments ask for instead of serving: a text and the exit code; undefined for none. */
export function answerToOptions(
  args: readonly string[],
): { stdout?: string; stderr?: string; code: number } | undefined {
  if (args.length === 0) return undefined;
  if (args.length === 1 && args[0] === '--version') {
    return { stdout: `cc2cc-shim ${version()}\n`, code: ExitCode.ok };
  }
  if (args.length === 1 && args[0] === '--help') return { stdout: HELP, code: ExitCode.ok };
  return { stderr: `${USAGE}\n`, code: ExitCode.usage };
}
