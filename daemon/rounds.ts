import { Cc2ccError, sentenceOf, storeError } from '../protocol/errors.js';
import { Beats } from './beats.js';
import type { Cleaning } from './cleaning.js';
import type { Departure } from './departure.js';
import { every } from './every.js';
import type { Expiry } from './expiry.js';
import { HEARTBEAT_STALE_MS } from '../protocol/limits.js';
import { OtherHeartbeats } from './heartbeats.js';
import { assertRoom } from './room.js';
import { restoreRoot } from './root.js';
import { followRenames } from './follow.js';
import type { LogFile } from './log.js';
import type { Office } from './office.js';

/** Another host's deliveries raise no events here: look every second while it has live agents. */
const SHARED_ROUND_MS = 1_000;

/** The daemon's regular duties. One timer drives them all. */
export interface Rounds {
  /** What went wrong in the last round, for status. */
  problems: () => readonly string[];
  stop: () => void;
}

/** What ends messages, and what removes them when they have been kept long enough. */
export interface Tidying {
  expiry: Expiry;
  cleaning: Cleaning;
}

/**
 * Begins the rounds: heartbeats, rescans behind the doorbells, the self-check, expiry, cleanup, log
 * size.
 *
 * @param departure looks whether there is a reason to leave
 * @param onLeave called once when there is
 */
export function beginRounds(
  office: Office,
  { expiry, cleaning }: Tidying,
  { log, rotateIfFull }: LogFile,
  departure: () => Departure | undefined,
  onLeave: (why: Departure) => void,
): Rounds {
  let problems: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const others = new OtherHeartbeats(office.root, office.host);
  const sweepDue = every(office.config.sweepMs);
  const othersDue = every(Math.min(HEARTBEAT_STALE_MS, 3 * office.config.roundMs));
  const beats = new Beats(office);
  let shared = false;

  /** One duty that fails must not keep the others from being done. */
  const attempt = async (what: string, duty: () => void | Promise<void>): Promise<void> => {
    try {
      await duty();
    } catch (error) {
      const known = error instanceof Cc2ccError ? error : storeError(what, office.root, error);
      const problem = sentenceOf(known);
      if (!problems.includes(problem)) problems.push(problem);
      log.error({ err: error }, `cannot ${what}`);
    }
  };

  const round = async (): Promise<void> => {
    problems = [];
    await attempt('check whether to go on', () => {
      const why = departure();
      if (why === undefined) return;
      stopped = true;
      onLeave(why);
    });
    if (stopped) return;
    await attempt('keep the bridge root', () => {
      if (restoreRoot(office)) problems.push('folders of the bridge root were removed; made anew');
    });
    await attempt('see how much room the disk has', () => {
      assertRoom(office.root);
    });
    await attempt('write heartbeats', () => {
      problems.push(...beats.write());
    });
    await attempt('look after others', () => {
      if (!othersDue()) return;
      shared = others.tend((name) => office.agent(name) !== undefined);
      followRenames(office);
    });
    await attempt('look at rules.json and trust.json', () => {
      // What waits is offered below, also when quiet hours have passed.
      office.rules.tend();
      office.trust.tend();
    });
    await attempt('read mailboxes of the older form', () => {
      office.legacy.fetch();
    });
    for (const session of office.sessions) {
      await attempt('rescan the inboxes', () => {
        session.agent?.doorbell.check(true);
        const found = office.inboxes.lookOver(session, shared);
        if (found > 0 && !shared) office.inboxes.missed += found;
        session.offer();
      });
    }
    await attempt('look who has become idle or left', () => {
      office.idle.look();
    });
    if (sweepDue()) {
      await attempt('tidy the journals', () => {
        for (const { agent } of office.sessions) agent?.mailbox.tidy();
      });
      // Not awaited: each notice waits for the disk, and heartbeats must not wait for thousands.
      void attempt('look for expired messages', async () => {
        await expiry.sweep();
      });
    }
    cleaning.look();
    await attempt('rotate the log', rotateIfFull);
    schedule(shared ? Math.min(SHARED_ROUND_MS, office.config.roundMs) : office.config.roundMs);
  };

  const schedule = (ms: number): void => {
    if (!stopped) timer = setTimeout(() => void round(), ms);
  };

  schedule(office.config.roundMs);
  return {
    problems: () => problems,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      cleaning.stop();
    },
  };
}
