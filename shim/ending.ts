import type { Socket } from 'node:net';
import { errnoOf } from '../protocol/errors.js';

/** For the last lines to go out. The client sends SIGTERM 100 ms after SIGINT, then SIGKILL. */
const GRACE_MS = 50;

/** How often a process that does not read its stdin looks whether its client still lives. */
const ORPHAN_CHECK_MS = 2000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What the system says of an output whose reader is gone. */
const READER_GONE: readonly (string | undefined)[] = ['EPIPE', 'ECONNRESET', 'EOF'];

/**
 * Ends this process, at once, in order, and however often it is called. The exit code is 0 unless told.
 *
 * @param connection the socket whose written lines should still go out
 */
export function endOnce(connection: () => Socket | undefined): (code?: number) => void {
  let ending = false;
  return (code = 0) => {
    if (ending) return;
    ending = true;
    const socket = connection();
    if (socket === undefined || socket.destroyed) process.exit(code);
    setTimeout(() => process.exit(code), GRACE_MS);
    socket.once('close', () => process.exit(code));
    socket.resume(); // a paused socket would never close
    socket.end();
  };
}

/** Calls `end` when the client is gone or wants us to go. */
export function watchClient(end: (code?: number) => void): void {
  const leave = (): void => {
    end();
  };
  for (const signal of SIGNALS) process.on(signal, leave);
  for (const event of ['end', 'close', 'error']) process.stdin.on(event, leave);
  process.stdout.on('error', (error: Error) => {
    // A client whose answers cannot be written is as good as gone, and would wait for them for ever.
    if (READER_GONE.includes(errnoOf(error))) leave();
    else {
      process.stderr.write(`cc2cc: Cannot write to the client: ${error.message}\n`);
      end(1);
    }
  });
  process.stderr.on('error', () => {
    // A closed stderr is no reason to go, and there is nowhere to say so.
  });
}

/**
 * A watch for the time in which stdin is paused: an end that lies behind more than a buffer of unread
 * data goes unnoticed. It calls `end` when the process that started this one is gone; Windows does
 * not tell.
 */
export function orphanWatch(end: () => void): (on: boolean) => void {
  const { ppid } = process;
  let timer: NodeJS.Timeout | undefined;
  return (on) => {
    clearInterval(timer);
    if (!on) return;
    timer = setInterval(() => {
      if (process.ppid !== ppid) end();
    }, ORPHAN_CHECK_MS);
  };
}
