import type { HookEvent, HookReport, HookSession } from '../../protocol/control.js';
import { isRecord } from '../../protocol/json.js';
import { shownIds } from '../../protocol/shown.js';

type Env = Readonly<Record<string, string | undefined>>;
type Input = Readonly<Record<string, unknown>>;

// A daemon refuses a report that exceeds these; without one odd fact the rest is still of use.
const MAX_SESSION_ID_CHARS = 256;
const MAX_PATH_CHARS = 4096;
const MAX_WORD_CHARS = 64;
const MAX_IDS = 1000;

/** The largest number that the system takes for a pid. */
const MAX_PID = 2 ** 31 - 1;

/** @returns undefined for anything but a JSON object */
export function parseInput(bytes: Buffer): Input | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return undefined; // the client's business
  }
  return isRecord(value) ? value : undefined;
}

/** @returns undefined when nothing says which session it is */
export function sessionOf(input: Input, env: Env): HookSession | undefined {
  const claudePid = claudePidIn(env);
  const sessionId = textOf(input['session_id'], MAX_SESSION_ID_CHARS);
  if (claudePid === undefined && sessionId === undefined) return undefined;
  return { claudePid, sessionId };
}

/** The client's process, as it tells its hooks. */
export function claudePidIn(env: Env): number | undefined {
  const text = env['CLAUDE_PID'] ?? '';
  const pid = Number(text);
  return /^[1-9]\d{0,9}$/.test(text) && pid <= MAX_PID ? pid : undefined;
}

/**
 * What the daemon is told. Of a prompt it gets the ids of our messages and nothing else: the text is
 * the user's.
 */
export function reportOf(event: HookEvent, session: HookSession, input: Input): HookReport {
  const { prompt, stop_hook_active: stopHookActive } = input;
  return {
    ...session,
    event,
    transcriptPath: textOf(input['transcript_path'], MAX_PATH_CHARS),
    source: textOf(input['source'], MAX_WORD_CHARS),
    reason: textOf(input['reason'], MAX_WORD_CHARS),
    subagent: typeof input['agent_id'] === 'string' ? true : undefined,
    stopHookActive: typeof stopHookActive === 'boolean' ? stopHookActive : undefined,
    ids:
      event === 'user-prompt-submit' && typeof prompt === 'string'
        ? [...new Set(shownIds(prompt))].slice(0, MAX_IDS)
        : undefined,
  };
}

function textOf(value: unknown, maxChars: number): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= maxChars ? value : undefined;
}
