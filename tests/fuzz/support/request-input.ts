import { Chance } from './chance.js';
import { mutated } from './mutate.js';
import { oddValue, withOddValues } from './odd-value.js';

/** One line to a daemon that has welcomed us. */
export interface RequestInput {
  bytes: Buffer;
  /** Whether it must be answered, and with which id; `null` for what no id can be read of. */
  answer: 'one' | 'none or one';
  id: string;
}

type Fields = Record<string, unknown>;

const MESSAGE_ID = 'msg-01a1ff55-3698-7000-b506-055e08927986';
const TASK_ID = 'task-01a1ff55-3698-7000-b506-055e08927986';
const AGENTS = ['fox', 'owl', 'nobody', 'fuzz', 'fuzz-2'];

/** Control methods with parameters that fit. Nobody may be stopped here. */
const CONTROL: Readonly<Record<string, (chance: Chance) => Fields>> = {
  status: () => ({}),
  stop: () => ({ mode: 'later' }),
  hook: (chance) => ({
    claudePid: process.ppid,
    sessionId: 'a0a0a0a0-0000-4000-8000-000000000000',
    event: chance.one([
      'session-start',
      'user-prompt-submit',
      'post-tool-use',
      'stop',
      'session-end',
    ]),
    transcriptPath: '/nowhere/projects/x/y.jsonl',
    source: 'startup',
    ids: [MESSAGE_ID],
  }),
  hook_wait: () => ({ claudePid: process.ppid }),
  send: (chance) => ({
    id: `msg-${chance.hex(16)}`,
    from: chance.one(AGENTS),
    to: chance.one(AGENTS),
    text: 'by a command',
    type: chance.one(['message', 'task', 'response', 'status']),
    priority: chance.one(['low', 'normal', 'high', 'critical']),
    ttl: 60,
    replyTo: MESSAGE_ID,
    task: { title: 'x', messages: { fox: MESSAGE_ID } },
  }),
  task: (chance) => ({
    id: TASK_ID,
    by: chance.one(AGENTS),
    state: chance.one(['working', 'completed', 'failed', 'cancelled']),
    text: 'news',
  }),
  audience: (chance) => ({ from: chance.one(AGENTS), includeAway: chance.is(50) }),
  seen: (chance) => ({ name: chance.one(AGENTS), ids: [MESSAGE_ID], evidence: 'command' }),
  hook_shown: (chance) => ({ receipt: chance.hex(8) }),
  cleanup: () => ({ dryRun: true, keepDays: 7 }),
};

/** Tools with arguments that fit. */
const TOOLS: Readonly<Record<string, (chance: Chance) => Fields>> = {
  send: (chance) => ({ to: chance.one(AGENTS), text: 'by a tool', type: 'message' }),
  ask: (chance) => ({ to: chance.one(AGENTS), text: 'well?', timeout_s: 0 }),
  broadcast: () => ({ text: 'to all', include_away: false }),
  reply: () => ({ msg_id: MESSAGE_ID, text: 'yes' }),
  delegate_task: (chance) => ({ to: [chance.one(AGENTS)], title: 'do', text: 'it' }),
  update_task: () => ({ task_id: TASK_ID, state: 'working', text: 'note' }),
  list_tasks: () => ({ task_id: TASK_ID }),
  list_agents: (chance) => ({ detail: chance.is(50), name: chance.one(AGENTS) }),
  whoami: () => ({}),
  check_inbox: () => ({}),
  set_summary: () => ({ text: 'busy', description: 'a fuzzer', skills: ['noise'] }),
  message_status: () => ({ msg_id: MESSAGE_ID }),
  notify_when_idle: (chance) => ({ agent: chance.one(AGENTS) }),
  wait_for_message: () => ({ timeout_s: 0, from: 'fox', reply_to: MESSAGE_ID }),
  register: (chance) => ({ name: `fuzz-${chance.below(9)}` }),
};

/** These may wait for as long as they are told to. */
const WAITING = new Set(['hook_wait', 'hook', 'ask', 'wait_for_message']);

/** Other methods of MCP, and ones that are none. */
const METHODS = [
  'initialize',
  'ping',
  'tools/list',
  'resources/list',
  'prompts/get',
  'logging/setLevel',
  'completion/complete',
  'tasks/get',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
  'cc2cc/dropped',
  'cc2cc/attached',
  'cc2cc/push',
  'cc2cc/',
  '__proto__',
  'constructor',
  'toString',
  '',
];

/** Line number `at` of a seed. */
export function requestInput(kind: 'control' | 'session', seed: number, at: number): RequestInput {
  const chance = new Chance(seed, at);
  // Not one that a mutation makes out of the next line's.
  const id = `q${at}-${chance.hex(16)}`;
  const form = chance.below(100);
  if (form < 60) {
    const [name, params] = known(kind, chance);
    const odd = chance.is(80) ? withOddValues({ params }, chance)['params'] : params;
    // In the place of parameters that are no object there are none.
    const request =
      kind === 'control' ? { method: name, params: odd } : toolCall(name, odd, chance);
    const waits = WAITING.has(name) || !isObject(odd);
    return { id, answer: waits ? 'none or one' : 'one', bytes: line({ id, ...request }) };
  }
  const loose = { id, answer: 'none or one' } as const;
  if (form < 75) {
    const request = { id, method: chance.one(METHODS), params: oddValue(chance) };
    return { ...loose, bytes: line(chance.is(30) ? { ...request, id: undefined } : request) };
  }
  const [name, params] = known(kind, chance);
  const whole = line({
    id,
    ...(kind === 'control' ? { method: name, params } : toolCall(name, params, chance)),
  });
  if (form < 85) {
    const value = withOddValues(JSON.parse(whole.toString()) as object, chance);
    return { ...loose, bytes: line(value) };
  }
  if (form < 98) return { ...loose, bytes: withoutNewlines(mutated(whole, chance)) };
  return { ...loose, bytes: withoutNewlines(chance.bytes(chance.below(300))) };
}

function known(kind: 'control' | 'session', chance: Chance): [string, Fields] {
  const all = kind === 'control' ? CONTROL : TOOLS;
  const name = chance.one(Object.keys(all));
  return [name, all[name]!(chance)];
}

function toolCall(name: string, args: unknown, chance: Chance): Fields {
  const meta = chance.is(50) ? { 'cc2cc/at': [Date.now(), chance.below(4096)] } : {};
  return { method: 'tools/call', params: { name, arguments: args, _meta: meta } };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function line(value: object): Buffer {
  return Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...value })}\n`);
}

/** One line, so that what is sent and what is answered can be counted. */
function withoutNewlines(bytes: Buffer): Buffer {
  const inner = Buffer.from(bytes.map((byte) => (byte === 10 || byte === 13 ? 32 : byte)));
  return Buffer.concat([inner, Buffer.from(' \n')]);
}
