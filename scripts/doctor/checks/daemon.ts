import { isAnythingAt } from '../../../protocol/anything-at.js';
import { rmSync } from 'node:fs';
import { assertPrivateFolder } from '../../../protocol/private-folder.js';
import { join } from 'node:path';
import { differences } from '../../config/in-force.js';
import type { StatusReport } from '../../../protocol/control.js';
import { takeProcessLock } from '../../../protocol/process-lock.js';
import { version } from '../../../protocol/version.js';
import {
  BY_DOCTOR,
  byHand,
  fail,
  NothingToLookAt,
  ok,
  warn,
  type Check,
  type Finding,
} from '../check.js';
import { REINSTALL, RESTART, START } from '../commands.js';
import { askDaemon, type DaemonSeen } from '../daemon-seen.js';
import { faultOf, lookAt } from '../look-at.js';
import { isAtLeast } from './node.js';
import type { Scene } from '../scene.js';
import { few } from '../words.js';

/** An answer takes some 3 ms. */
const SLOW_MS = 1_000;

/** Whether a daemon runs, can be found, and is the one that would be started now. */
export const DAEMON_CHECKS: readonly Check[] = [
  { id: 'daemon', title: 'Daemon', look: async (scene) => judgeDaemon(scene) },
  {
    id: 'rendezvous',
    title: 'Its address',
    look: async (scene) => {
      const { rendezvous: path } = scene.paths;
      const place = lookAt(path);
      if (place === undefined) return ok('none is published');
      const fault = faultOf(place, 'file');
      if (fault !== undefined) {
        return fail(`${path}: ${fault}`, byHand(`ls -ld '${path}' # then move it away`));
      }
      const { answer } = await scene.daemon();
      if (answer.kind === 'report') return ok(answer.report.socket);
      if (answer.kind === 'none') {
        return warn(`${path} names a daemon that has ended`, BY_DOCTOR);
      }
      return ok(path); // one that hangs is alive
    },
    mend: async ({ paths }) => {
      assertPrivateFolder(paths.state);
      // While we hold it nobody publishes another one.
      const lock = takeProcessLock(join(paths.locks, 'start'));
      if (!lock.ok) return [];
      try {
        if (lookAt(paths.rendezvous)?.kind !== 'file') return [];
        if ((await askDaemon(paths)).answer.kind !== 'none') return [];
        rmSync(paths.rendezvous, { force: true });
        return [`removed ${paths.rendezvous}`];
      } finally {
        lock.lease.release();
      }
    },
  },
  {
    id: 'daemon-version',
    title: 'Its version',
    look: async (scene) => {
      const running = (await reportOf(scene)).version;
      if (running === version()) return ok(running);
      return isAtLeast(running, version())
        ? warn(`it is ${running}, newer than this program (${version()})`, byHand(REINSTALL))
        : warn(`it is ${running}, older than this program (${version()})`, byHand(RESTART));
    },
  },
  {
    id: 'daemon-settings',
    title: 'Its settings',
    look: async (scene) => {
      const { pid, config } = await reportOf(scene);
      if (config === undefined) throw new NothingToLookAt('this daemon does not tell');
      const others = differences(scene.settings(), { pid, config });
      if (others.length === 0) return ok('those that apply now');
      return warn(`it works by other values of: ${others.join(', ')}`, byHand(RESTART));
    },
  },
  {
    id: 'health',
    title: 'Its health',
    look: async (scene) => {
      const { health } = await reportOf(scene);
      if (health.ok) return ok('ok');
      return fail('the daemon reports problems', {
        details: few(health.problems, 10),
        ...byHand('cc2cc-daemon logs -n 100'),
      });
    },
  },
];

/** @throws NothingToLookAt where no daemon answers, which the first check says */
export async function reportOf(scene: Scene): Promise<StatusReport> {
  const { answer } = await scene.daemon();
  if (answer.kind === 'report') return answer.report;
  throw new NothingToLookAt('no daemon answers');
}

async function judgeDaemon(scene: Scene): Promise<Finding> {
  const seen = await scene.daemon();
  const { answer } = seen;
  switch (answer.kind) {
    case 'report': {
      const { pid } = answer.report;
      const ms = Math.round(answer.ms);
      if (answer.ms < SLOW_MS) return ok(`running, pid ${pid}, answers in ${ms} ms`);
      return warn(`running, pid ${pid}, but it took ${ms} ms to answer`, byHand(RESTART));
    }
    case 'hung':
      return fail(`process ${answer.pid} does not answer`, {
        details: [
          'A new daemon takes its place; the sessions move to it. End the process if it stays.',
        ],
        ...byHand(`${RESTART}; kill -9 ${answer.pid}`),
      });
    case 'error':
      return fail(answer.error.message.replace(/\.$/, ''), {
        ...(answer.error.hint === undefined ? {} : { details: [answer.error.hint] }),
        ...byHand(RESTART),
      });
    case 'none':
      return judgeAbsence(scene, seen);
  }
}

/** It is started when it is needed, so this is no failure. */
function judgeAbsence(scene: Scene, { rendezvous }: DaemonSeen): Finding {
  if (isAnythingAt(scene.paths.stopped)) {
    return warn('stopped on purpose; sessions that were attached wait for a start', byHand(START));
  }
  const word =
    rendezvous === undefined ? 'not running' : 'not running, it has ended without a word';
  return warn(`${word}; the next session starts it`, byHand(START));
}
