import { lstatSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { Cc2ccError, errnoOf } from './errors.js';
import { encodeLine, LineDecoder } from './framing.js';
import { makeHello, readAnswer, type SessionFacts, type Welcome } from './hello.js';
import type { HostPaths } from './host-paths.js';
import { HELLO_DEADLINE_MS, MAX_FRAME_BYTES, MAX_HELLO_BYTES } from './limits.js';
import { isOwn } from './own-file.js';
import { folderFault } from './own-folder.js';
import { readRendezvous } from './rendezvous.js';
import { readToken } from './token.js';

/** What becomes of a connection; called in the order in which things happen. */
export interface LinkHandlers {
  /** Both sides have proved themselves. Lines may follow within the same tick. */
  onWelcome: (welcome: Welcome, socket: Socket) => void;
  onLine: (line: Buffer) => void;
  /** Once, for every reason, only after onWelcome. The error is there if there was one. */
  onClose: (error?: Error) => void;
}

/**
 * Dials the daemon of a root and proves both sides to each other. Starts nothing.
 *
 * @param session the facts of a session to attach; without them a control connection is made
 * @throws Cc2ccError E_UNSAFE where others may say who the daemon is, E_NO_DAEMON when nobody listens or answers (starting one may help), E_REFUSED
 *   when the socket is not for us, E_TOKEN when the other side is not our daemon; or whatever the
 *   daemon refuses with: E_PROTOCOL, E_RETIRING, …
 */
export async function dialDaemon(
  paths: HostPaths,
  session: SessionFacts | undefined,
  handlers: LinkHandlers,
): Promise<void> {
  const fault = folderFault(paths.state);
  if (fault !== undefined) throw fault; // others say there who the daemon is
  const found = readRendezvous(paths.rendezvous);
  if (found === undefined) {
    throw new Cc2ccError('E_NO_DAEMON', 'No cc2cc daemon is running.');
  }
  assertOwnSocket(found.socket);
  const token = readToken(paths.token);
  if (token === undefined) {
    throw new Cc2ccError('E_NO_DAEMON', `No token at ${paths.token}.`);
  }
  const hello = makeHello(token, session);
  const decoder = new LineDecoder(MAX_HELLO_BYTES);
  await new Promise<void>((resolve, reject) => {
    const socket = connect(found.socket);
    let welcomed = false;
    const deadline = setTimeout(() => {
      fail(new Cc2ccError('E_NO_DAEMON', `The daemon at ${found.socket} does not answer.`));
    }, HELLO_DEADLINE_MS);

    const fail = (error: Error): void => {
      clearTimeout(deadline);
      socket.destroy();
      reject(error);
    };
    const answer = (line: Buffer): void => {
      const read = readAnswer(parsed(line), hello, token);
      if (read === undefined) fail(strangerError(found.socket));
      else if (read.cc2cc === 'refused') {
        const { code, message, hint } = read.error;
        fail(new Cc2ccError(code, message, hint === undefined ? {} : { hint }));
      } else {
        clearTimeout(deadline);
        welcomed = true;
        decoder.maxBytes = MAX_FRAME_BYTES;
        handlers.onWelcome(read, socket);
        resolve();
      }
    };

    let lastError: Error | undefined;
    socket.on('connect', () => socket.write(encodeLine(hello)));
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const line of decoder.push(chunk)) {
          if (socket.destroyed) return;
          if (welcomed) handlers.onLine(line);
          else answer(line);
        }
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('error', (error) => (lastError = error));
    socket.on('close', () => {
      clearTimeout(deadline);
      if (welcomed) handlers.onClose(lastError);
      else reject(dialError(found.socket, lastError));
    });
  });
}

/**
 * The hello tells of the session, so it must not be said to another user's program. On Windows nobody can
 * tell whose a pipe is; there the proof is all.
 */
function assertOwnSocket(path: string): void {
  if (process.platform === 'win32') return;
  let stats;
  try {
    stats = lstatSync(path);
  } catch {
    return; // dialling it says what is wrong
  }
  if (isOwn(stats)) return;
  // As good as none: the place is taken by another one with a socket elsewhere, if that can be had.
  throw new Cc2ccError('E_NO_DAEMON', `${path} belongs to user ${stats.uid}, not to you.`);
}

/**
 * Whether a daemon is there and ours: dials it and hangs up.
 *
 * @throws Cc2ccError as {@link dialDaemon}
 */
export function probeDaemon(paths: HostPaths): Promise<void> {
  return dialDaemon(paths, undefined, {
    onWelcome: (_welcome, socket) => socket.destroy(),
    onLine: () => undefined,
    onClose: () => undefined,
  });
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return undefined; // not JSON: not our daemon, as readAnswer will say
  }
}

function strangerError(socket: string): Cc2ccError {
  return new Cc2ccError('E_TOKEN', `Who listens at ${socket} could not prove to be your daemon.`, {
    hint: 'Restart it: cc2cc-daemon restart',
  });
}

/** Only "nobody there" may lead to a start; "not for you" must not. */
function dialError(socket: string, cause: Error | undefined): Cc2ccError {
  const errno = errnoOf(cause);
  if (errno === 'EACCES' || errno === 'EPERM') {
    return new Cc2ccError(
      'E_REFUSED',
      `A daemon runs, but ${socket} is not open to you (${errno}).`,
      {
        hint: 'Run this as the user who owns the bridge root.',
        cause,
      },
    );
  }
  return new Cc2ccError('E_NO_DAEMON', `No daemon answers at ${socket} (${errno ?? 'hung up'}).`, {
    cause,
  });
}
