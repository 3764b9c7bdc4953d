import type { Socket } from 'node:net';
import type { ControlMethod, ControlMethods } from '../protocol/control.js';
import { Cc2ccError, reportOf } from '../protocol/errors.js';
import { encodeLine } from '../protocol/framing.js';
import { isRecord } from '../protocol/json.js';

/** What the control methods work with. */
export interface ControlContext {
  status: () => ControlMethods['status']['result'];
  stop: (mode: 'stop' | 'restart') => void;
}

type Handlers = {
  [M in ControlMethod]: (
    context: ControlContext,
    params: Record<string, unknown>,
  ) => ControlMethods[M]['result'];
};

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
};

/** Answers one JSON-RPC request of the control protocol. */
export function answerControl(context: ControlContext, line: Buffer, socket: Socket): void {
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
    const result = HANDLERS[method](context, params);
    socket.write(encodeLine({ jsonrpc: '2.0', id, result }));
  } catch (error) {
    const data = reportOf(error);
    socket.write(
      encodeLine({ jsonrpc: '2.0', id, error: { code: -32000, message: data.message, data } }),
    );
  }
}

function isMethod(method: string): method is ControlMethod {
  return Object.hasOwn(HANDLERS, method);
}
