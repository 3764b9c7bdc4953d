import type { Socket } from 'node:net';
import { dialDaemon } from '../protocol/dial.js';
import { Cc2ccError, type ErrorCode } from '../protocol/errors.js';
import type { SessionFacts, Welcome } from '../protocol/hello.js';
import { hostPaths, type HostPaths } from '../protocol/host-paths.js';
import { olderDaemon } from '../protocol/older-daemon.js';
import { bridgeRoot } from '../protocol/paths.js';
import { Backoff } from './backoff.js';
import { assertMayStart, replaceDaemon, startDaemon, type LaunchRule } from './launching.js';

/** While another process starts the daemon: that takes a good part of a second. */
const BUSY_MS = 200;

/** A connection that ended sooner is no success: a daemon that dies at once must not be spun on. */
const STABLE_MS = 1000;

/**
 * A daemon that has just made a new token may be met with the old one: a matter of milliseconds.
 * A proof that is still wrong after this many attempts is a stranger's.
 */
const TOKEN_ATTEMPTS = 4;

/** Waiting helps against none of these: somebody has to do something. */
const DEFINITE: readonly ErrorCode[] = [
  'E_USAGE',
  'E_STOPPED',
  'E_REFUSED',
  'E_PROTOCOL',
  'E_UNSAFE',
  'E_PATH',
  'E_FORMAT',
  'E_STORE',
  'E_START',
  'E_INTERNAL',
];

export interface AttachmentEvents {
  /** Lines may follow within the same tick. */
  onAttached: (welcome: Welcome, socket: Socket) => void;
  onLine: (line: Buffer) => void;
  onLost: () => void;
  /** The daemon is older than this shim and stays. */
  onKept: (why: string) => void;
  /** Whether a request waits for a daemon. */
  isAwaited: () => boolean;
  /** An attempt failed. `definite`: tell those who wait now. */
  onTrouble: (error: unknown, definite: boolean) => void;
}

/** Keeps a connection to a daemon, whichever it is, for as long as this process lives. */
export class Attachment {
  readonly #session: () => Promise<SessionFacts>;
  readonly #events: AttachmentEvents;
  readonly #backoff: Backoff;
  #rule: LaunchRule = 'first';
  #strangers = 0;
  /** An older daemon that could not be replaced. */
  #kept: string | undefined;

  /** @param session the facts for the hello that is about to be said */
  constructor(session: () => Promise<SessionFacts>, events: AttachmentEvents) {
    this.#session = session;
    this.#events = events;
    this.#backoff = new Backoff(events.isAwaited);
  }

  async run(): Promise<never> {
    for (;;) await this.#backoff.rest(await this.#attempt());
  }

  /** Somebody waits: try sooner. */
  hurry(): void {
    this.#backoff.hurry();
  }

  /** The daemon is about to leave; whether we may start the next one. */
  retire(mode: 'stop' | 'restart'): void {
    this.#rule = mode === 'stop' ? 'never' : 'again';
  }

  /** @returns the longest pause before the next attempt, where there is a reason for a short one */
  async #attempt(): Promise<number | undefined> {
    let starting = false;
    try {
      // Anew each time: the root may have been made, or a link to it changed, in the meantime.
      const root = bridgeRoot();
      const paths = hostPaths(root);
      await this.#replaceOlder(root, paths);
      const missing = await this.#hold(paths).catch(onlyMissing);
      if (missing === undefined) return undefined;
      this.#events.onTrouble(missing, false);
      assertMayStart(paths, this.#rule);
      starting = true;
      if ((await startDaemon(root, paths)) === 'busy') return BUSY_MS;
      starting = false;
      await this.#hold(paths);
    } catch (error) {
      this.#events.onTrouble(error, this.#isDefinite(error) || starting);
    }
    return undefined;
  }

  /** Before the hello: a session that comes and goes would be seen by others. */
  async #replaceOlder(root: string, paths: HostPaths): Promise<void> {
    const older = olderDaemon(paths);
    if (older === undefined || older.instance === this.#kept) return;
    const kept = await replaceDaemon(root, paths, older);
    this.#kept = kept?.instance;
    if (kept?.isNews) this.#events.onKept(kept.why);
  }

  /** Resolves when a connection that stood has ended; rejects when there was none. */
  async #hold(paths: HostPaths): Promise<void> {
    const session = await this.#session();
    await new Promise<void>((resolve, reject) => {
      let since = 0;
      dialDaemon(paths, session, {
        onWelcome: (welcome, socket) => {
          since = performance.now();
          this.#rule = 'again';
          this.#strangers = 0;
          this.#events.onAttached(welcome, socket);
        },
        onLine: this.#events.onLine,
        onClose: () => {
          if (performance.now() - since >= STABLE_MS) this.#backoff.reset();
          this.#events.onLost();
          resolve();
        },
      }).catch(reject);
    });
  }

  #isDefinite(error: unknown): boolean {
    const code = error instanceof Cc2ccError ? error.code : 'E_INTERNAL';
    this.#strangers = code === 'E_TOKEN' ? this.#strangers + 1 : 0;
    return DEFINITE.includes(code) || this.#strangers >= TOKEN_ATTEMPTS;
  }
}

/** The error that says "nobody there"; every other is thrown on. */
function onlyMissing(error: unknown): Cc2ccError {
  if (error instanceof Cc2ccError && error.code === 'E_NO_DAEMON') return error;
  throw error;
}
