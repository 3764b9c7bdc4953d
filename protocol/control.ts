import type { CleanupReport } from './cleanup-report.js';
import type { Config } from './config.js';
import { ControlConnection } from './control-connection.js';
import type { MessageType, Priority } from './envelope.js';
import { Cc2ccError } from './errors.js';
import type { HostPaths } from './host-paths.js';

/** What one lane can do for a session. */
export interface LaneStatus {
  name: string;
  usable: boolean;
  /** Whether it wakes a session that is idle; true only where it is usable. */
  wakes: boolean;
  /** Why it is not usable; null where it is. */
  why: string | null;
}

/** One agent in a status report. */
export interface AgentStatus {
  name: string;
  /** `online`: attached, and nothing tells whether it works on a turn. */
  status: 'online' | 'busy' | 'idle' | 'offline';
  /** Where it is attached: at this daemon, elsewhere by its heartbeat, or nowhere. */
  where: 'here' | 'elsewhere' | 'away';
  lane: string | null;
  /** Whether something that came by this lane was seen by the model. */
  confirmed: boolean;
  /** The last sign that the model was given a message. */
  lastEvidence: { evidence: string; lane: string; at: string } | null;
  /** Lanes that were given up, and why. */
  deadLanes: { name: string; why: string }[];
  /** Every lane there is, of an agent that is attached here. An older daemon does not tell. */
  lanes?: LaneStatus[];
  /** Its processes, of who is attached here. An older daemon does not tell. */
  pids?: { shim: number; client: number };
  /** What the agent said that it is doing. */
  summary: string | null;
  /** Messages in the inbox that no evidence says were seen. */
  waiting: number;
  /** Those of them that wait until a person approves them; of who is attached here. */
  held?: number;
  /** ISO time: attached since, or last heard of; null when unknown. */
  since: string | null;
  /** ISO time of the last sign of life; null when unknown. */
  lastSeen: string | null;
  directory: string | null;
  host: string | null;
}

/** What a daemon says of rules.json. */
export interface RulesStatus {
  /** Whether any rules are in force. */
  inForce: boolean;
  /** How often other rules came into force since the daemon's start. */
  changes: number;
  /** ISO time of the last of these. */
  changedAt: string | null;
  /** Senders that are muted, for all or for some. */
  muted: number;
  /** Entries of quiet hours. */
  quiet: number;
  /** Why the file as it is now is not in force. */
  problem: string | null;
}

/** What a daemon says of trust.json. */
export interface TrustStatus {
  /** Whether any lists are in force. */
  inForce: boolean;
  /** How often other lists came into force since the daemon's start. */
  changes: number;
  /** ISO time of the last of these. */
  changedAt: string | null;
  /** Entries of all lists together. */
  allowed: number;
  blocked: number;
  /** Messages that wait until a person approves them. */
  held: number;
  /** Why the file as it is now is not in force. */
  problem: string | null;
}

/** A message that waits until a person approves it. */
export interface HeldMessage {
  id: string;
  from: string;
  to: string;
}

/** What `cc2cc-daemon status --json` prints for a running daemon. */
export interface StatusReport {
  running: true;
  pid: number;
  version: string;
  protocol: number;
  instance: string;
  root: string;
  socket: string;
  log: string;
  /** The settings that it works by; see docs/CONFIGURATION.md. An older daemon does not tell. */
  config?: Config;
  uptimeSeconds: number;
  watcher: {
    ok: boolean;
    folders: number;
    /** ISO time of the last scan of any inbox, null before the first. */
    lastScan: string | null;
    /** Messages that a rescan found although no event had rung. */
    missed: number;
  };
  rules: RulesStatus;
  /** An older daemon does not tell. */
  trust?: TrustStatus;
  agents: AgentStatus[];
  health: { ok: boolean; problems: string[] };
}

/** The events of Claude Code that `cc2cc hook` reports, by their names on the command line. */
export const HOOK_EVENTS = [
  'session-start',
  'user-prompt-submit',
  'post-tool-use',
  'stop',
  'session-end',
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** Which session a hook speaks of. Either may be missing; the pid is the surer one. */
export interface HookSession {
  /** CLAUDE_PID: the client's process, which is also the parent of the session's shim. */
  claudePid?: number | undefined;
  sessionId?: string | undefined;
}

/** What a hook tells the daemon. No text that anybody wrote is in it. */
export interface HookReport extends HookSession {
  event: HookEvent;
  transcriptPath?: string | undefined;
  /** SessionStart: startup, resume, clear, compact. */
  source?: string | undefined;
  /** SessionEnd: clear, logout, prompt_input_exit, other. */
  reason?: string | undefined;
  /** Stop: this turn was continued by a hook already. */
  stopHookActive?: boolean | undefined;
  /** It happened in a subagent, whose model is not the one that mail is for. */
  subagent?: boolean | undefined;
  /** It is a hook of the Claude Code plugin, not of the settings. */
  plugin?: boolean | undefined;
  /** UserPromptSubmit: our messages in the prompt. */
  ids?: string[] | undefined;
}

/** What the hook hands to the client. */
export interface HookReply {
  /** Null when there is nothing to say. */
  text: string | null;
  /** To be said back with `hook_shown` once the text has been handed over. */
  receipt: string | null;
}

/** What a person or script sends by a command. */
export interface CommandLetter {
  /** Made by the command: one that is cut off sends the same message again, by files. */
  id: string;
  from: string;
  to: string;
  text: string;
  /** The client's conversation in whose shell the command runs; only it speaks as its session. */
  session?: string | undefined;
  type?: MessageType | undefined;
  priority?: Priority | undefined;
  /** Seconds; the configured time unless told. */
  ttl?: number | undefined;
  /** Id of the message in the mailbox of `from` that this one answers. */
  replyTo?: string | undefined;
  broadcast?: boolean | undefined;
  /** The sender waits for the answer. */
  awaited?: boolean | undefined;
  /** Of a task that is given to several, or that has a title: by candidate, the message's id. */
  task?: { title?: string | undefined; messages: Record<string, string> } | undefined;
}

/** What somebody does to a task by a command. */
export interface TaskWish {
  id: string;
  by: string;
  /** As in {@link CommandLetter}. */
  session?: string | undefined;
  state: 'accepted' | 'working' | 'completed' | 'failed' | 'cancelled';
  text?: string | undefined;
}

/** What came of it. */
export interface TaskAnswer {
  id: string;
  title: string;
  state: string;
  assignee: string | null;
  /** Each of the others with where the message is that tells it, or why there is none. */
  told: { to: string; id: string; where: string | null; problem: string | null }[];
}

/** Whom a broadcast reaches. */
export interface Audience {
  names: string[];
  /** Agents that are away and left out. */
  away: number;
}

/** What became of a letter. */
export interface SentLetter {
  id: string;
  to: string;
  /** The name that was asked for, when the agent has another one now. */
  formerly?: string;
  /** Where it is at this moment, for people. */
  state: string;
  /** Id of the task that it gives or completes. */
  task?: string;
}

/** The control methods: parameters and results. */
export interface ControlMethods {
  status: { params: Record<string, never>; result: StatusReport };
  /** `restart`: shims may start the next daemon themselves; `stop`: they wait for one. */
  stop: { params: { mode: 'stop' | 'restart' }; result: { pid: number } };
  hook: { params: HookReport; result: HookReply };
  /** Answers when something waits for that session; `text` null: another one waits already. */
  hook_wait: { params: HookSession; result: HookReply };
  send: { params: CommandLetter; result: SentLetter };
  task: { params: TaskWish; result: TaskAnswer };
  /** Names that a broadcast goes to: who is online, or also who was here before. */
  audience: { params: { from: string; includeAway: boolean }; result: Audience };
  /** A person or script has read mail that no session reads, or answered some. */
  seen: {
    params: {
      name: string;
      ids: string[];
      evidence: 'command' | 'reply';
      session?: string | undefined;
    };
    result: { moved: number };
  };
  /** What waits until a person approves it, by recipient and in queue order; so many at most. To list it
   *  takes to read all that waits. */
  held: {
    params: { list: boolean };
    result: { messages: HeldMessage[]; total: number; newSenders: Config['newSenders'] };
  };
  /** Takes held messages away and tells their senders; what is not held any more is passed over. */
  reject: { params: { name: string; ids: string[] }; result: { rejected: string[] } };
  /** The text of a reply has been handed to the client, and so to the model. */
  hook_shown: { params: { receipt: string }; result: Record<string, never> };
  /** `keepDays` instead of the configured ones. It may take minutes. */
  cleanup: {
    params: { dryRun: boolean; keepDays?: number | undefined };
    result: CleanupReport;
  };
}

export type ControlMethod = keyof ControlMethods;

/** A daemon that neither answers nor hangs up is not waited for longer than this. */
const CALL_DEADLINE_MS = 10_000;

/**
 * Asks the running daemon one thing.
 *
 * @throws Cc2ccError as {@link ControlConnection.open} and {@link ControlConnection.call}
 */
export async function callDaemon<M extends ControlMethod>(
  paths: HostPaths,
  method: M,
  params: ControlMethods[M]['params'],
): Promise<ControlMethods[M]['result']> {
  const connection = await ControlConnection.open(paths);
  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    connection.close();
  }, CALL_DEADLINE_MS);
  try {
    return await connection.call(method, params);
  } catch (error) {
    if (!late) throw error;
    throw new Cc2ccError('E_NO_DAEMON', `The daemon did not answer "${method}" in time.`);
  } finally {
    clearTimeout(deadline);
    connection.close();
  }
}
