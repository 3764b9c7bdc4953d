import { RpcError, type McpClient, type ToolResult } from '../../scripts/mcp-client.js';
import type { Agent } from '../support/agents.js';
import type { History } from './history.js';
import { sightsInLine } from './shown-in.js';

type Args = Record<string, unknown>;
type CallOptions = { timeoutMs?: number };

/** An agent of the run; see {@link recordAgent}. */
export interface RecordedAgent {
  readonly key: string;
  /** Its name now. */
  readonly name: string;
  /** Its session now. */
  readonly client: Agent;
  send: (to: string, text: string, more?: Args, options?: CallOptions) => Promise<Sent>;
  reply: (id: string, text: string, options?: CallOptions) => Promise<Sent>;
  broadcast: (text: string, more?: Args, options?: CallOptions) => Promise<Sent>;
  /** Whatever becomes of it: what is answered is the answer, or the lack of one. */
  ask: (to: string, text: string, seconds: number) => Promise<void>;
  /** Takes another name. */
  register: (name: string) => Promise<ToolResult>;
  /** Any other tool; what its result shows is recorded as well. */
  call: (tool: string, args?: Args, options?: CallOptions) => Promise<ToolResult>;
  /** SIGKILL for its shim. */
  kill: () => Promise<void>;
  /** Ends its session as a client that goes away. */
  close: () => Promise<void>;
  /** A new session of it. */
  attached: (client: Agent) => void;
}

/** How a send ended. */
export type Sent =
  | { outcome: 'accepted'; ids: string[]; text: string }
  | { outcome: 'refused'; ids: []; text: string }
  | { outcome: 'unanswered'; ids: []; text: string };

/**
 * Records all that a session sends and is given, from now on and what came before. A call that fails
 * for want of an answer is a result here and no error.
 */
export function recordAgent(history: History, key: string, first: Agent): RecordedAgent {
  let client = first;
  let { name } = first;
  let session = 0;

  const attached = (next: Agent): void => {
    client = next;
    name = next.name;
    session = history.attached(key, name);
    const mine = session;
    for (const line of next.lines) see(mine, line);
    next.onLine((line) => {
      see(mine, line.toString());
    });
    void next.exited.then(({ code, signal }) => {
      history.note({ kind: 'detached', agent: key, session: mine, how: signal ?? `exit ${code}` });
    });
  };
  const see = (of: number, line: string): void => {
    for (const sight of sightsInLine(line)) history.shown({ agent: key, session: of, ...sight });
  };

  const sending = async (
    to: string,
    text: string,
    replyTo: string | undefined,
    call: (client: McpClient) => Promise<ToolResult>,
  ): Promise<Sent> => {
    const stream = `${key}/${session}`;
    const about = replyTo === undefined ? {} : { replyTo };
    const ref = history.send({ from: key, to, by: 'tool', stream, text, ...about });
    let said: ToolResult;
    try {
      said = await call(client);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      // An error of the protocol is an answer as well: the shim found no daemon, and none has it.
      if (error instanceof RpcError) {
        history.unanswered(ref, why); // the daemon before may have had it
        return { outcome: 'unanswered', ids: [], text: why };
      }
      history.unanswered(ref, why);
      return { outcome: 'unanswered', ids: [], text: why };
    }
    const ids = acceptedIds(said.text);
    if (said.isError || ids.length === 0) {
      history.refused(ref, said.text);
      return { outcome: 'refused', ids: [], text: said.text };
    }
    history.accepted(ref, ...ids);
    return { outcome: 'accepted', ids, text: said.text };
  };

  attached(first);
  return {
    key,
    get name() {
      return name;
    },
    get client() {
      return client;
    },
    send: (to, text, more = {}, options) =>
      sending(to, text, undefined, (on) => on.call('send', { to, text, ...more }, options)),
    reply: (id, text, options) =>
      sending('', text, id, (on) => on.call('reply', { msg_id: id, text }, options)),
    broadcast: (text, more = {}, options) =>
      sending('*', text, undefined, (on) => on.call('broadcast', { text, ...more }, options)),
    ask: async (to, text, seconds) => {
      const stream = `${key}/${session}`;
      const ref = history.send({ from: key, to, by: 'tool', stream, text });
      const said = await client
        .call('ask', { to, text, timeout_s: seconds })
        .catch((error: unknown) => ({ text: String(error), isError: false }));
      // An error may be one of the waiting.
      history.unanswered(ref, said.text.slice(0, 200));
    },
    register: async (wanted) => {
      // Before it is asked for: what it sends from then on bears the new name, answered or not.
      history.note({ kind: 'named', agent: key, name: wanted, as: 'rename' });
      const result = await client.call('register', { name: wanted });
      if (!result.isError) name = wanted;
      return result;
    },
    call: (tool, args = {}, options) => client.call(tool, args, options),
    kill: async () => {
      history.killed('shim', client.pid, key);
      await client.kill('SIGKILL');
    },
    close: async () => {
      await client.close();
    },
    attached,
  };
}

/** First the answer, then what rides on it: only the answer's own lines count. */
function acceptedIds(text: string): string[] {
  const one = /^(?:Accepted|Reply accepted as|Result accepted as) (msg-[\w-]+)/.exec(text);
  if (one?.[1] !== undefined) return [one[1]];
  if (!text.startsWith('Accepted for ')) return [];
  const [answer = ''] = text.split('\n\n[cc2cc] ');
  return [...answer.matchAll(/^- (msg-[\w-]+): /gm)].flatMap(([, id]) => id ?? []);
}
