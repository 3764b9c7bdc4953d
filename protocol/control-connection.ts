import type { Socket } from 'node:net';
import type { ControlMethod, ControlMethods } from './control.js';
import { dialDaemon } from './dial.js';
import { Cc2ccError, type ErrorReport } from './errors.js';
import { encodeLine } from './framing.js';
import type { Welcome } from './hello.js';
import type { HostPaths } from './host-paths.js';
import { isRecord } from './json.js';

const RESTART = 'Perhaps the daemon is of another version: cc2cc-daemon restart';

/** Who waits for an answer. */
interface Caller {
  method: ControlMethod;
  resolve: (result: Record<string, unknown>) => void;
  reject: (error: Error) => void;
}

/** A connection to the running daemon for any number of requests, until it is closed. */
export class ControlConnection {
  /** What the daemon said of itself. */
  readonly welcome: Welcome;
  readonly #socket: Socket;
  readonly #callers = new Map<number, Caller>();
  #lastId = 0;

  private constructor(welcome: Welcome, socket: Socket) {
    this.welcome = welcome;
    this.#socket = socket;
  }

  /**
   * Dials; starts nothing.
   *
   * @throws Cc2ccError as {@link dialDaemon}
   */
  static open(paths: HostPaths): Promise<ControlConnection> {
    return new Promise((resolve, reject) => {
      let connection: ControlConnection | undefined;
      dialDaemon(paths, undefined, {
        onWelcome: (welcome, socket) => {
          connection = new ControlConnection(welcome, socket);
          resolve(connection);
        },
        onLine: (line) => {
          if (connection !== undefined) connection.#take(line);
        },
        onClose: () => {
          if (connection !== undefined) connection.#end();
        },
      }).catch(reject);
    });
  }

  /**
   * Asks one thing and waits for as long as the connection lasts: a deadline is the caller's.
   *
   * @throws Cc2ccError what the daemon answers, or E_NO_DAEMON when it hangs up instead
   */
  async call<M extends ControlMethod>(
    method: M,
    params: ControlMethods[M]['params'],
  ): Promise<ControlMethods[M]['result']> {
    if (this.#socket.destroyed) throw hungUp(method);
    const id = (this.#lastId += 1);
    const result = await new Promise<Record<string, unknown>>((resolve, reject) => {
      this.#callers.set(id, { method, resolve, reject });
      this.#socket.write(encodeLine({ jsonrpc: '2.0', id, method, params }));
    });
    // Both ends of the control protocol are of one version family; the proof came before.
    return result as unknown as ControlMethods[M]['result'];
  }

  /** Hangs up; calls without an answer fail. */
  close(): void {
    this.#socket.destroy();
  }

  /** What throws here ends the connection. */
  #take(line: Buffer): void {
    const answer: unknown = JSON.parse(line.toString());
    if (!isRecord(answer) || typeof answer['id'] !== 'number') return; // answers nothing of ours
    const caller = this.#callers.get(answer['id']);
    this.#callers.delete(answer['id']);
    if (isRecord(answer['result'])) caller?.resolve(answer['result']);
    else caller?.reject(errorIn(answer['error']));
  }

  #end(): void {
    for (const { method, reject } of this.#callers.values()) reject(hungUp(method));
    this.#callers.clear();
  }
}

function hungUp(method: ControlMethod): Cc2ccError {
  return new Cc2ccError('E_NO_DAEMON', `The daemon hung up on "${method}".`);
}

function errorIn(value: unknown): Cc2ccError {
  const error = isRecord(value) ? value : {};
  const { code, hint } = (isRecord(error['data']) ? error['data'] : {}) as Partial<ErrorReport>;
  const message = typeof error['message'] === 'string' ? error['message'] : 'No answer.';
  // A daemon of an older version knows no better word for what it does not have.
  const advice = hint ?? (code === 'E_PROTOCOL' ? RESTART : undefined);
  return new Cc2ccError(
    code ?? 'E_INTERNAL',
    message,
    advice === undefined ? {} : { hint: advice },
  );
}
