import type { Socket } from 'node:net';
import { Cc2ccError, reportOf } from '../protocol/errors.js';
import { encodeLine, LineDecoder } from '../protocol/framing.js';
import type { SessionFacts, Welcome } from '../protocol/hello.js';
import {
  HELLO_DEADLINE_MS,
  MAX_FRAME_BYTES,
  MAX_HELLO_BYTES,
  PROTOCOL,
} from '../protocol/limits.js';
import { proofOf } from '../protocol/token.js';
import { version } from '../protocol/version.js';
import { helloChecker } from './hello-check.js';
import type { Instance } from './instance.js';
import type { Log } from './log.js';

/** What a welcomed connection is read by. */
export interface LineReader {
  onLine: (line: Buffer) => void;
  onClose: () => void;
}

/** Who serves welcomed connections. */
export interface Service {
  /** Digest of the tool list, told to every shim; undefined for a command. */
  tools: (session: SessionFacts | undefined) => string;
  /** Set while the daemon is leaving; clients are told to come again. */
  retiring: () => boolean;
  session: (facts: SessionFacts, socket: Socket) => LineReader;
  control: (socket: Socket) => LineReader;
}

/**
 * Connections that have not proved themselves yet; more than this at once is no honest client. They
 * are few and short-lived, so the oldest is cut off for a newcomer.
 */
const MAX_STRANGERS = 256;

/** Accepts connections; nothing but the hello is read before both sides have proved themselves. */
export function listenForHellos(instance: Instance, service: Service, log: Log): void {
  const check = helloChecker(instance.token);
  const strangers = new Set<Socket>();
  instance.server.on('connection', (socket) => {
    strangers.add(socket);
    const [oldest] = strangers;
    if (strangers.size > MAX_STRANGERS && oldest !== undefined) oldest.destroy();
    const decoder = new LineDecoder(MAX_HELLO_BYTES);
    let reader: LineReader | undefined;
    const deadline = setTimeout(() => {
      cutOff(socket, new Cc2ccError('E_PROTOCOL', 'No hello came in time.'), log);
    }, HELLO_DEADLINE_MS);

    const greet = (line: Buffer): LineReader => {
      const { nonce, time, session } = check(line);
      if (service.retiring()) {
        throw new Cc2ccError('E_RETIRING', 'This daemon is about to leave.', {
          hint: 'Try again.',
        });
      }
      clearTimeout(deadline);
      strangers.delete(socket);
      decoder.maxBytes = MAX_FRAME_BYTES;
      const welcome: Welcome = {
        cc2cc: 'welcome',
        protocol: PROTOCOL,
        version: version(),
        instance: instance.id,
        pid: process.pid,
        proof: proofOf(instance.token, 'daemon', nonce, time),
        tools: service.tools(session),
      };
      socket.write(encodeLine(welcome));
      return session === undefined ? service.control(socket) : service.session(session, socket);
    };

    socket.on('data', (chunk: Buffer) => {
      try {
        for (const line of decoder.push(chunk)) {
          if (socket.destroyed) return;
          if (reader === undefined) reader = greet(line);
          else reader.onLine(line);
        }
      } catch (error) {
        cutOff(socket, error, log);
      }
    });
    // An error is always followed by close; the reason matters to the log only.
    socket.on('error', (error) => {
      log.debug({ err: error }, 'connection error');
    });
    socket.on('close', () => {
      clearTimeout(deadline);
      strangers.delete(socket);
      reader?.onClose();
    });
  });
}

/** Says why, where the other side still listens, and ends the connection for good. */
function cutOff(socket: Socket, error: unknown, log: Log): void {
  const report = reportOf(error);
  log.warn({ code: report.code, reason: report.message }, 'connection cut off');
  socket.end(encodeLine({ cc2cc: 'refused', error: report }));
  // What it still sends must not be read, and it must not keep the connection half open.
  socket.pause();
  setTimeout(() => socket.destroy(), 100).unref();
}
