import { Server, Socket } from 'node:net';
import { count, die, watched, type Step } from './counter.js';
import { errnoOf, systemError } from './deeds.js';

type Fn = (this: unknown, ...args: unknown[]) => unknown;
interface Inner {
  _writeGeneric: (writev: boolean, data: unknown, encoding: string, done: Fn) => void;
  fd?: number;
}

/** Sockets and servers at watched paths. */
const paths = new WeakMap<object, string>();

/** Wraps connecting, listening, and writing; what is read is what another process has written. */
export function wrapSockets(): void {
  wrapServers();
  const { connect } = Socket.prototype as unknown as Record<string, Fn>;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const path = placeOf(args);
    const step = path === undefined ? undefined : count('connect', 'socket', true, path);
    if (path !== undefined) paths.set(this, path);
    const go = (): Socket => connect?.apply(this, args) as Socket;
    return carriedOut(this, step, 'connect', path, go);
  };

  const inner = Socket.prototype as unknown as Inner;
  const { _writeGeneric: before } = inner as { _writeGeneric: Fn };
  inner._writeGeneric = function (this: Socket & Inner, writev, data, encoding, done) {
    // A socket that is not connected yet comes here a second time.
    const path = this.connecting
      ? undefined
      : (paths.get(this) ?? (this.fd === 1 ? 'stdout' : undefined));
    const step = path === undefined ? undefined : count('send', 'socket', true, path);
    const go = (): void => {
      before.call(this, writev, data, encoding, done);
    };
    if (step?.fault === 'torn' || step?.fault === 'short') {
      // A socket that takes a part is not done: Node goes on until all is written.
      if (step.fault === 'short') go();
      else before.call(this, false, half(writev, data, encoding), 'buffer', die);
      if (step.fault === 'torn') die();
      step.end();
      return;
    }
    carriedOut(this, step, 'write', path, go);
  };
}

function wrapServers(): void {
  const { listen, close, emit } = Server.prototype as unknown as Record<string, Fn>;
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    const path = placeOf(args);
    const step = path === undefined ? undefined : count('listen', 'socket', true, path);
    if (path !== undefined) paths.set(this, path);
    const code = step && errnoOf(step);
    if (code !== undefined) {
      setImmediate(() => this.emit('error', systemError(code, 'listen', path ?? '')));
      return this;
    }
    listen?.apply(this, args);
    step?.end();
    return this;
  } as Server['listen'];
  Server.prototype.close = function (this: Server, done?: (error?: Error) => void) {
    const path = paths.get(this); // closing removes the socket
    const step =
      path !== undefined && this.listening ? count('unlisten', 'socket', true, path) : undefined;
    close?.call(this, done);
    step?.end();
    return this;
  };
  Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]) {
    const path = paths.get(this);
    if (event === 'connection' && path !== undefined) paths.set(args[0] as Socket, path);
    return emit?.call(this, event, ...args) as boolean;
  } as Server['emit'];
}

function carriedOut<T>(
  socket: Socket,
  step: Step | undefined,
  call: string,
  path: string | undefined,
  go: () => T,
): T {
  const code = step && errnoOf(step);
  if (code !== undefined) {
    setImmediate(() => socket.destroy(systemError(code, call, path ?? '')));
    step?.end(systemError(code, call, path ?? ''));
    return socket as T;
  }
  if (step?.fault === 'slow') {
    setTimeout(() => {
      go();
      step.end();
    }, step.ms);
    return socket as T;
  }
  if (step?.fault === 'torn') die();
  const result = go();
  step?.end();
  return result;
}

/** The path in the arguments of connect or listen; Node passes on what it has put in order. */
function placeOf(args: readonly unknown[]): string | undefined {
  const first = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
  if (typeof first === 'object' && first !== null)
    return watched((first as { path?: unknown }).path);
  return typeof first === 'string' ? watched(first) : undefined;
}

function half(writev: boolean, data: unknown, encoding: string): Buffer {
  const parts = writev
    ? (data as { chunk: unknown; encoding: string }[])
    : [{ chunk: data, encoding }];
  const whole = Buffer.concat(
    parts.map(({ chunk, encoding: of }) =>
      typeof chunk === 'string'
        ? Buffer.from(chunk, of === 'buffer' ? 'utf8' : (of as BufferEncoding))
        : (chunk as Buffer),
    ),
  );
  return whole.subarray(0, whole.length >> 1);
}
