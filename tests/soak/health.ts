import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../../protocol/errors.js';
import { signal } from '../support/daemon.js';
import { until } from '../support/events.js';
import type { Held } from './probe.js';

/** What a process holds of the system and of memory. */
export interface Health extends Held {
  /** Open files, sockets and the like. */
  handles: number;
  /** Watches of inotify. */
  watches: number;
  /** Bytes of memory that are its own. */
  memory: number;
  /** Handles by what they are, for a failure. */
  kinds: Record<string, number>;
}

/** A busy machine takes seconds to collect garbage. */
const ANSWER_MS = 30_000;

/** What is pending at one moment is gone at another. */
const LOOKS = 8;
const PAUSE_MS = 400;

/** The least that a daemon holds while nothing happens. */
export async function measureIdle(pid: number, file: string): Promise<Health> {
  let least = await measure(pid, file);
  for (let look = 1; look < LOOKS; look += 1) {
    await sleep(PAUSE_MS);
    const now = await measure(pid, file);
    const { kinds } = now.handles < least.handles ? now : least;
    least = {
      heap: Math.min(least.heap, now.heap),
      timers: Math.min(least.timers, now.timers),
      handles: Math.min(least.handles, now.handles),
      watches: Math.min(least.watches, now.watches),
      memory: Math.min(least.memory, now.memory),
      kinds,
    };
  }
  return least;
}

/**
 * Asks a daemon that runs with the probe.
 *
 * @param file of its SOAK_PROBE
 */
async function measure(pid: number, file: string): Promise<Health> {
  rmSync(file, { force: true });
  signal(pid, 'SIGUSR2');
  const held = await until(
    () => JSON.parse(readFileSync(file, 'utf8')) as Held,
    `answer of the probe in ${pid}`,
    ANSWER_MS,
  );
  const kinds: Record<string, number> = {};
  let handles = 0;
  let watches = 0;
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const target = ofGone(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
    if (target === undefined) continue;
    handles += 1;
    const kind = target.replace(/^\/.*\//, '…/').replace(/[0-9a-f-]{36}|\d+/g, '#');
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    const info = ofGone(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')) ?? '';
    watches += info.split('\n').filter((line) => line.startsWith('inotify wd:')).length;
  }
  const anonymous = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { ...held, handles, watches, memory: Number(anonymous) * 1024, kinds };
}

/** Handles come and go while we look. */
function ofGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
