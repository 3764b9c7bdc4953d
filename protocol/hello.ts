import { randomBytes } from 'node:crypto';
import type { ErrorCode, ErrorReport } from './errors.js';
import { isRecord } from './json.js';
import { PROTOCOL } from './limits.js';
import { sanitizeText } from './sanitize.js';
import { proofFits, proofOf } from './token.js';
import { version } from './version.js';

/** What a shim knows of its session; every fact but the first four may be missing. */
export interface SessionFacts {
  /** 32 hex digits, made by the shim at its start: the same on every re-attach. */
  attachKey: string;
  pid: number;
  ppid: number;
  cwd: string;
  projectDir?: string;
  sessionId?: string;
  /** CC2CC_NAME, or the original's SELF. */
  wantedName?: string;
  /** CLAUDE_CODE_ENTRYPOINT: `cli` for a live session. */
  entrypoint?: string;
  /** Whether the client gave the session an inbox socket of its own. */
  messaging: boolean;
  /** What the parent's command line asks for as channels: `server:cc2cc`, … */
  channels: string[];
  /** CC2CC_LANES. */
  lanes?: string;
  /** Where Claude Code keeps its own files: CLAUDE_CONFIG_DIR or `~/.claude`. Absent for others. */
  claudeDir?: string;
  /** CC2CC_TRANSCRIPT: `off` keeps us from reading the client's files. */
  transcript?: string;
  /** CC2CC_PRESENCE: `off` keeps joined and left notices away. */
  presence?: string;
  /** Started by the Claude Code plugin; else registered by `claude mcp add`, or another client's. */
  plugin?: true;
  /** Present when this shim was attached before. */
  reattach?: Reattach;
}

/** What a shim tells a daemon that did not see the session's beginning. */
export interface Reattach {
  /** The name last granted. */
  name?: string;
  /** Since when this shim has borne it, epoch milliseconds. */
  since?: number;
  /** Whether the client has had an answer to tools/list: pushing is safe after a ping. */
  listed: boolean;
  /** Digest of the tools that the client was told of. */
  tools?: string;
  /** The session's other shim was the agent, and this one stood by. */
  standby?: true;
  /** Ids of messages that have been written to the client, oldest first. */
  pushed: string[];
}

/** First line of a connection. `session` is there for kind `session` only. */
export interface Hello {
  cc2cc: 'hello';
  protocol: number;
  version: string;
  kind: 'session' | 'control';
  nonce: string;
  /** Epoch milliseconds; a hello is good for a short time and once. */
  time: number;
  proof: string;
  session?: SessionFacts;
}

/** The daemon's answer to a good hello. */
export interface Welcome {
  cc2cc: 'welcome';
  protocol: number;
  version: string;
  instance: string;
  pid: number;
  proof: string;
  /** Digest of the tool list that this daemon offers this shim's client. */
  tools: string;
}

/** The daemon's answer to a hello that it will not serve; the connection ends after it. */
export interface Refusal {
  cc2cc: 'refused';
  error: ErrorReport;
}

export function makeHello(token: string, session?: SessionFacts): Hello {
  const nonce = randomBytes(16).toString('hex');
  const time = Date.now();
  return {
    cc2cc: 'hello',
    protocol: PROTOCOL,
    version: version(),
    kind: session === undefined ? 'control' : 'session',
    nonce,
    time,
    proof: proofOf(token, 'client', nonce, time),
    ...(session === undefined ? {} : { session }),
  };
}

/**
 * Checks the daemon's first line against the hello that it answers.
 *
 * @returns undefined when the line is neither a welcome with a good proof nor a refusal. A refusal proves
 *   nothing: its words are made harmless
 */
export function readAnswer(
  line: unknown,
  hello: Hello,
  token: string,
): Welcome | Refusal | undefined {
  if (!isRecord(line)) return undefined;
  if (line['cc2cc'] === 'refused') {
    return refusalIn(line['error']);
  }
  const expected = proofOf(token, 'daemon', hello.nonce, hello.time);
  if (line['cc2cc'] !== 'welcome' || !proofFits(expected, line['proof'])) return undefined;
  return line as unknown as Welcome;
}

const CODE = /^E_[A-Z_]{1,40}$/;

/** Anybody can refuse, and what he says is shown to people and models. */
function refusalIn(error: unknown): Refusal | undefined {
  if (!isRecord(error)) return undefined;
  const { code, message, hint } = error;
  if (typeof code !== 'string' || !CODE.test(code) || typeof message !== 'string') return undefined;
  const line = (text: string): string => sanitizeText(text).replaceAll(/\s+/g, ' ').slice(0, 500);
  return {
    cc2cc: 'refused',
    error: {
      code: code as ErrorCode,
      message: line(message),
      ...(typeof hint === 'string' ? { hint: line(hint) } : {}),
    },
  };
}
