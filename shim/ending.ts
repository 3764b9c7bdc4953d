import type { Socket } from 'node:net';

/** For the last lines to go out. The client sends SIGTERM 100 ms after SIGINT, then SIGKILL. */
const GRACE_MS = 50;

/** How often a process that does not read its stdin looks whether its client still lives. */
const ORPHAN_CHECK_MS = 2000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends this process, at once, in order, and however often it is called.
 *
 * @param connection the socket whose written lines should still go out
 */
export function endOnce(connection: () => Socket | undefined): () => void {
  let ending = false;
  return () => {
    if (ending) return;
    ending = true;
    const socket = connection();
    if (socket === undefined || socket.destroyed) process.exit(0);
    setTimeout(() => process.exit(0), GRACE_MS);
    socket.once('close', () => process.exit(0));
    socket.resume(); // a paused socket would never close
    socket.end();
  };
}

/** Calls `end` when the client is gone or wants us to go. */
export function watchClient(end: () => void): void {
  for (const signal of SIGNALS) process.on(signal, end);
  for (const event of ['end', 'close', 'error']) process.stdin.on(event, end);
  process.stdout.on('error', end); // EPIPE: nobody reads our answers
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
