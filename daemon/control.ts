import type { Socket } from 'node:net';
import { z } from 'zod';
import { parseBy } from '../protocol/check-by.js';
import { HOOK_EVENTS, type ControlMethod, type ControlMethods } from '../protocol/control.js';
import { MESSAGE_TYPES, PRIORITIES } from '../protocol/envelope.js';
import { Cc2ccError, reportOf } from '../protocol/errors.js';
import { encodeLine } from '../protocol/framing.js';
import { ID_PATTERN } from '../protocol/ids.js';
import { isRecord } from '../protocol/json.js';
import { NAME_PATTERN } from '../protocol/names.js';
import { CHANGE_STATES } from '../mail/tasks/states.js';
import type { Counter } from './counter.js';
import type { Cleaning } from './cleaning.js';
import type { HookDesk } from './hooks.js';

/** What the control methods work with. */
export interface ControlContext {
  status: () => ControlMethods['status']['result'];
  stop: (mode: 'stop' | 'restart') => void;
  hooks: HookDesk;
  counter: Counter;
  cleaning: Cleaning;
}

type Handlers = {
  [M in ControlMethod]: (
    context: ControlContext,
    params: Record<string, unknown>,
    hungUp: AbortSignal,
  ) => ControlMethods[M]['result'] | Promise<ControlMethods[M]['result']>;
};

const hookSession = {
  claudePid: z.int().positive().optional(),
  sessionId: z.string().max(256).optional(),
};
const hookSessionSchema = z.object(hookSession);
const hookReportSchema = z.object({
  ...hookSession,
  event: z.enum(HOOK_EVENTS),
  transcriptPath: z.string().max(4096).optional(),
  source: z.string().max(64).optional(),
  reason: z.string().max(64).optional(),
  stopHookActive: z.boolean().optional(),
  subagent: z.boolean().optional(),
  plugin: z.boolean().optional(),
  ids: z.array(z.string().regex(ID_PATTERN)).max(1000).optional(),
});
const session = z.string().max(256).optional();
const letterSchema = z.object({
  session,
  id: z.string().regex(ID_PATTERN),
  from: z.string().regex(NAME_PATTERN),
  to: z.string().max(256),
  text: z.string(),
  type: z.enum(MESSAGE_TYPES).optional(),
  priority: z.enum(PRIORITIES).optional(),
  ttl: z.number().min(0).optional(),
  replyTo: z.string().regex(ID_PATTERN).optional(),
  broadcast: z.boolean().optional(),
  awaited: z.boolean().optional(),
  task: z
    .object({
      title: z.string().max(1000).optional(),
      messages: z.record(z.string().regex(NAME_PATTERN), z.string().regex(ID_PATTERN)),
    })
    .optional(),
});
const taskSchema = z.object({
  session,
  id: z.string().max(100),
  by: z.string().regex(NAME_PATTERN),
  state: z.enum(CHANGE_STATES),
  text: z.string().optional(),
});
const audienceSchema = z.object({
  from: z.string().regex(NAME_PATTERN),
  includeAway: z.boolean(),
});
const seenSchema = z.object({
  session,
  name: z.string().regex(NAME_PATTERN),
  ids: z.array(z.string().regex(ID_PATTERN)).max(20_000),
  evidence: z.enum(['command', 'reply']),
});
const rejectSchema = z.object({
  name: z.string().regex(NAME_PATTERN),
  ids: z.array(z.string().regex(ID_PATTERN)).max(20_000),
});
const heldSchema = z.object({ list: z.boolean().default(true) });
const hookShownSchema = z.object({ receipt: z.string().max(64) });
const cleanupSchema = z.object({ dryRun: z.boolean(), keepDays: z.number().positive().optional() });

const HANDLERS: Handlers = {
  status: ({ status }) => status(),
  stop: ({ stop }, { mode }) => {
    if (mode !== 'stop' && mode !== 'restart') {
      throw new Cc2ccError('E_USAGE', 'stop: mode must be "stop" or "restart".');
    }
    // After the answer has gone out.
    setImmediate(() => {
      stop(mode);
    });
    return { pid: process.pid };
  },
  hook: ({ hooks }, params, hungUp) => hooks.report(parseBy(hookReportSchema, params), hungUp),
  hook_wait: ({ hooks }, params, hungUp) => hooks.wait(parseBy(hookSessionSchema, params), hungUp),
  send: ({ counter }, params) => counter.send(parseBy(letterSchema, params)),
  task: ({ counter }, params) => counter.changeTask(parseBy(taskSchema, params)),
  audience: ({ counter }, params) => counter.audience(parseBy(audienceSchema, params)),
  seen: async ({ counter }, params) => ({ moved: await counter.seen(parseBy(seenSchema, params)) }),
  held: ({ counter }, params) => counter.held(parseBy(heldSchema, params)),
  reject: async ({ counter }, params) => ({
    rejected: await counter.reject(parseBy(rejectSchema, params)),
  }),
  hook_shown: ({ hooks }, params) => {
    hooks.shown(parseBy(hookShownSchema, params).receipt);
    return {};
  },
  cleanup: async ({ cleaning }, params) => {
    const { dryRun, keepDays } = parseBy(cleanupSchema, params);
    return cleaning.run(dryRun, keepDays);
  },
};

/** A client for whom this much waits, as questions or as answers that it does not read, is cut off. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

/**
 * Answers the JSON-RPC requests of one control connection.
 *
 * @returns `onLine` throws Cc2ccError E_PROTOCOL for a client that asks and does not read
 */
export function answerControl(
  context: ControlContext,
  socket: Socket,
): { onLine: (line: Buffer) => void; onClose: () => void } {
  const hungUp = new AbortController();
  let asked = 0; // bytes of requests that are being carried out
  return {
    onLine: (line) => {
      if (asked + socket.writableLength > MAX_HELD_BYTES) {
        throw new Cc2ccError('E_PROTOCOL', 'Too much was asked before the answers were read.');
      }
      asked += line.length;
      void answer(context, line, hungUp.signal).then((reply) => {
        asked -= line.length;
        if (!socket.destroyed) socket.write(encodeLine(reply));
      });
    },
    onClose: () => {
      hungUp.abort();
    },
  };
}

async function answer(context: ControlContext, line: Buffer, hungUp: AbortSignal): Promise<object> {
  let id: unknown = null;
  try {
    const request: unknown = JSON.parse(line.toString());
    if (!isRecord(request) || typeof request['method'] !== 'string') {
      throw new Cc2ccError('E_PROTOCOL', 'Not a JSON-RPC request.');
    }
    id = request['id'] ?? null;
    const { method } = request;
    if (!isMethod(method)) throw new Cc2ccError('E_PROTOCOL', `No control method "${method}".`);
    const params = isRecord(request['params']) ? request['params'] : {};
    const result = await HANDLERS[method](context, params, hungUp);
    return { jsonrpc: '2.0', id, result };
  } catch (error) {
    const data = reportOf(
      error instanceof z.ZodError
        ? new Cc2ccError('E_PROTOCOL', `Wrong parameter: ${error.issues[0]?.path.join('.') ?? ''}.`)
        : error,
    );
    return { jsonrpc: '2.0', id, error: { code: -32000, message: data.message, data } };
  }
}

function isMethod(method: string): method is ControlMethod {
  return Object.hasOwn(HANDLERS, method);
}
