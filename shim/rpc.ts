import { encodeLine } from '../protocol/framing.js';
import { isRecord } from '../protocol/json.js';

/** A request's id as MCP allows it; `null` is none. */
export type Id = string | number;

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;

export interface Request {
  kind: 'request';
  id: Id;
  method: string;
  body: Record<string, unknown>;
}

export interface Notification {
  kind: 'notification';
  method: string;
  body: Record<string, unknown>;
}

export interface Response {
  kind: 'response';
  id: Id;
  body: Record<string, unknown>;
}

export interface Invalid {
  kind: 'invalid';
  code: typeof PARSE_ERROR | typeof INVALID_REQUEST;
}

/** A line, parsed just enough to know where it belongs; `body` is the whole of it. */
export type Message = Request | Notification | Response | Invalid;

export function readMessage(line: Buffer): Message {
  let body: unknown;
  try {
    body = JSON.parse(line.toString());
  } catch {
    return { kind: 'invalid', code: PARSE_ERROR };
  }
  if (!isRecord(body)) return { kind: 'invalid', code: INVALID_REQUEST };
  const { id, method } = body;
  if (typeof method === 'string') {
    if (id === undefined) return { kind: 'notification', method, body };
    if (isId(id)) return { kind: 'request', id, method, body };
  } else if (method === undefined && isId(id)) {
    return { kind: 'response', id, body };
  }
  return { kind: 'invalid', code: INVALID_REQUEST };
}

/** Map key of an id: `1` and `"1"` are two requests. */
export function keyOf(id: Id): string {
  return JSON.stringify(id);
}

export function isId(value: unknown): value is Id {
  return typeof value === 'string' || typeof value === 'number';
}

/** The member of that name if it is an object, else an empty one. */
export function objectIn(body: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = body[name];
  return isRecord(value) ? value : {};
}

/** An error answer as a line. The id is null where the request's own could not be read. */
export function errorLine(id: Id | null, code: number, message: string, data?: object): Buffer {
  const error = { code, message, ...(data === undefined ? {} : { data }) };
  return Buffer.from(encodeLine({ jsonrpc: '2.0', id, error }));
}

/** The line with its newline, as a copy: the decoder's buffer is not ours to keep. */
export function wholeLine(line: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(line.length + 1);
  line.copy(whole);
  whole[line.length] = 0x0a;
  return whole;
}

const REFUSALS = {
  [PARSE_ERROR]: 'Parse error',
  [INVALID_REQUEST]: 'Invalid request',
  [METHOD_NOT_FOUND]: 'Method not found',
  [INVALID_PARAMS]: 'Invalid params',
} as const;

/** The answer to what cannot be forwarded. */
export function refusal(id: Id | null, code: keyof typeof REFUSALS): { toClient: Buffer } {
  return { toClient: errorLine(id, code, REFUSALS[code]) };
}
