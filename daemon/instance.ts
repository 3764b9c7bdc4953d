import { randomUUID } from 'node:crypto';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { ensureFormat } from '../mail/format.js';
import { isDeadSocket } from '../protocol/dead-socket.js';
import { probeDaemon } from '../protocol/dial.js';
import { Cc2ccError, errnoOf, storeError } from '../protocol/errors.js';
import { socketPathFor, type HostPaths } from '../protocol/host-paths.js';
import { PROTOCOL } from '../protocol/limits.js';
import { takeProcessLock } from '../protocol/process-lock.js';
import { readRendezvous } from '../protocol/rendezvous.js';
import { ensureToken, readToken } from '../protocol/token.js';
import { version } from '../protocol/version.js';
import { publishRendezvous, withdrawRendezvous } from './rendezvous.js';

/** The one daemon of a root on this host. */
export interface Instance {
  id: string;
  token: string;
  socket: string;
  started: Date;
  server: Server;
  /** Whether clients that look for a daemon still find this one; mends what can be mended. */
  isCurrent: () => boolean;
  /** Stops listening and withdraws the rendezvous file if it is still ours. */
  withdraw: () => void;
}

/** Another daemon was faster or has been there all along. */
export interface Occupied {
  pid: number;
  socket: string;
}

/** Ten starts at once take their turns here; each turn is a dial and a bind. */
const LOCK_DEADLINE_MS = 15_000;

/**
 * Becomes the daemon of `root`, unless one is there. Under a lock: probe, sweep up dead sockets,
 * bind, publish. Without the lock two starters could both find nobody and both bind.
 *
 * @throws Cc2ccError E_STORE, E_UNSAFE, E_PATH, E_FORMAT
 */
export async function becomeInstance(root: string, paths: HostPaths): Promise<Instance | Occupied> {
  const release = await takeStartLock(paths);
  try {
    const other = await probe(paths);
    if (other !== undefined) return other;
    ensureFormat(root); // no other daemon works in it now, and nobody looks for us yet
    return await bind(root, paths);
  } finally {
    release();
  }
}

async function takeStartLock(paths: HostPaths): Promise<() => void> {
  const deadline = Date.now() + LOCK_DEADLINE_MS;
  for (;;) {
    const acquired = takeProcessLock(join(paths.locks, 'start'));
    if (acquired.ok) return acquired.lease.release;
    if (Date.now() > deadline) {
      throw new Cc2ccError(
        'E_START',
        `Process ${acquired.holder.pid} has been starting a daemon.`,
        {
          hint: `If it hangs, end it: kill ${acquired.holder.pid}`,
        },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whoever answers with the right proof is the daemon; a pid or a file proves nothing. */
async function probe(paths: HostPaths): Promise<Occupied | undefined> {
  const found = readRendezvous(paths.rendezvous);
  if (found === undefined) return undefined;
  try {
    await probeDaemon(paths);
    return { pid: found.pid, socket: found.socket };
  } catch (error) {
    // One that we may not talk to holds the place. A dead, hung or retiring one does not: a socket of
    // its own and the self-check keep it out of our way.
    if (
      error instanceof Cc2ccError &&
      (error.code === 'E_PROTOCOL' || error.code === 'E_REFUSED')
    ) {
      throw error;
    }
    return undefined;
  }
}

async function bind(root: string, paths: HostPaths): Promise<Instance> {
  const id = randomUUID();
  const token = ensureToken(paths.token);
  const socket = socketPathFor(paths, id);
  await sweepSockets(socket, paths);
  const server = createServer();
  await listen(server, socket);
  const started = new Date();
  const publish = (): void => {
    publishRendezvous(paths.rendezvous, {
      protocol: PROTOCOL,
      version: version(),
      instance: id,
      pid: process.pid,
      socket,
      root,
      started: started.toISOString(),
    });
  };
  let inode: number | undefined;
  try {
    inode = inodeOf(socket);
    publish();
  } catch (error) {
    server.close(); // a socket that nobody is told of would keep this process
    throw error;
  }
  return {
    id,
    token,
    socket,
    started,
    server,
    isCurrent: () => {
      if (inodeOf(socket) !== inode) return false;
      if (!isTokenOf(paths, token)) return false;
      const named = readRendezvous(paths.rendezvous);
      if (named === undefined) publish(); // somebody tidied up; the socket is still ours
      return named === undefined || named.instance === id;
    },
    withdraw: () => {
      withdrawRendezvous(paths.rendezvous, id);
      // Unlinks the socket too. The path bears our instance: it can be nobody else's.
      server.close();
    },
  };
}

/** With another one in the file no client can be served any more, nor tell us to leave. */
function isTokenOf(paths: HostPaths, token: string): boolean {
  try {
    return (readToken(paths.token) ?? token) === token; // without one the next daemon takes over
  } catch (error) {
    if (error instanceof Cc2ccError) return true; // clients are told what is wrong with it
    throw error;
  }
}

async function listen(server: Server, socket: string): Promise<void> {
  // The folder is 0700 already; the mask makes the socket itself 0600 from the first moment.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path: socket, backlog: 511 }, () => {
        server.off('error', reject);
        resolve();
      });
      // libuv binds within listen(); the file has its mode now.
      process.umask(mask);
    });
  } catch (error) {
    throw storeError('listen on the socket', socket, error);
  } finally {
    process.umask(mask);
  }
}

/**
 * Removes what dead daemons of this root left. Others may live: hosts and containers that share the
 * root may share the runtime folder too, and each has a start lock of its own.
 */
async function sweepSockets(own: string, paths: HostPaths): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = dirname(own);
  for (const file of readdirSync(folder)) {
    if (!file.startsWith(`${paths.key}-`) || !file.endsWith('.sock')) continue;
    const path = join(folder, file);
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) continue;
    if (await isDeadSocket(path)) rmSync(path, { force: true });
  }
}

/** Of a pipe there is none: to look at it by its path is an error, or a connection. */
function inodeOf(path: string): number | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    return lstatSync(path).ino;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
