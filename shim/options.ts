import { ExitCode, sentenceOf } from '../protocol/errors.js';
import { OF_PLUGIN } from '../protocol/of-plugin.js';
import { LOCAL_SETTINGS } from '../protocol/settings/local.js';
import { SESSION_SETTINGS } from '../protocol/settings/session.js';
import type { Setting } from '../protocol/settings/setting.js';
import { takeFlags } from '../protocol/settings/take-flags.js';
import { version } from '../protocol/version.js';

const { hookMs: _hooksAlone, ...LOCAL } = LOCAL_SETTINGS;
const SETTINGS: Readonly<Record<string, Setting>> = { ...LOCAL, ...SESSION_SETTINGS };

const USAGE = 'usage: cc2cc-shim [--name <name>] [--lanes <words>] … | --version | --help';
/** With absolute paths: a client's PATH is not that of this shell. */
const REGISTER = `claude mcp add --scope user cc2cc -- ${process.execPath} ${process.argv[1] ?? 'cc2cc-shim'}`;

/** For somebody who types the command to see what it does. */
export const TTY_NOTICE = `cc2cc-shim: an MCP client should start this. Register it: ${REGISTER}\n`;

/**
 * What the arguments ask for instead of serving: a text and the exit code; undefined for none. Flags of
 * settings are in force when it returns.
 */
export function answerToOptions(
  args: readonly string[],
): { stdout?: string; stderr?: string; code: number } | undefined {
  if (args.length === 0) return undefined;
  if (args.length === 1 && args[0] === '--version') {
    return { stdout: `cc2cc-shim ${version()}\n`, code: ExitCode.ok };
  }
  if (args.length === 1 && args[0] === '--help') return { stdout: help(), code: ExitCode.ok };
  try {
    const [other] = takeFlags(args, SETTINGS).filter((arg) => arg !== OF_PLUGIN);
    if (other === undefined) return undefined;
    return { stderr: `${USAGE}\n`, code: ExitCode.usage };
  } catch (error) {
    return { stderr: `${USAGE}\ncc2cc-shim: ${sentenceOf(error)}\n`, code: ExitCode.usage };
  }
}

function help(): string {
  const flags = Object.values(SETTINGS).map(
    ({ flag, variables, about }) =>
      `  ${flag.padEnd(14)}${about.replaceAll('`', '')}\n${' '.repeat(16)}(${variables.join(', or ')})\n`,
  );
  return `${USAGE}

Connects an MCP client on stdin and stdout to the cc2cc daemon, which it starts where none runs.
Clients start it; register it with Claude Code:

  ${REGISTER}

Settings, as flags or variables:

${flags.join('')}`;
}
