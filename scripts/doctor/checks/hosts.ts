import { heartbeatNames, isFresh, readHeartbeat } from '../../../protocol/heartbeat.js';
import { isOriginals } from '../../../mail/original.js';
import { byHand, ok, warn, type Check } from '../check.js';
import type { Scene } from '../scene.js';
import { count, few } from '../words.js';
import { hostIdOf } from './daemon-program.js';

const MAX_NAMES = 2_000;

/** Who else uses the root. */
export const HOST_CHECKS: readonly Check[] = [
  {
    id: 'hosts',
    title: 'Other hosts',
    look: (scene) => {
      const root = scene.existingRoot();
      const twins = twinsOf(scene);
      if (twins.length > 0) {
        return warn('daemons of other CC2CC_HOST names serve this root on this machine', {
          details: few(twins),
          ...byHand('cc2cc config host # sessions of one machine need one and the same'),
        });
      }
      const others = new Map<string, number>();
      for (const name of heartbeatNames(root).slice(0, MAX_NAMES)) {
        const heartbeat = readHeartbeat(root, name);
        if (heartbeat?.host === undefined || heartbeat.host === scene.host) continue;
        if (isFresh(heartbeat)) others.set(heartbeat.host, (others.get(heartbeat.host) ?? 0) + 1);
      }
      if (others.size === 0) return ok('none shares the root');
      const told = [...others].map(([host, agents]) => `${host} (${count(agents, 'agent')})`);
      return ok(`${told.join(', ')}; inboxes are scanned every second`);
    },
  },
  {
    id: 'originals',
    title: 'Original servers',
    look: (scene) => {
      const root = scene.existingRoot();
      const names = heartbeatNames(root)
        .slice(0, MAX_NAMES)
        .filter((name) => isOriginals(root, name));
      return names.length === 0
        ? ok('none uses the root')
        : ok(`${names.join(', ')}; they look for mail every 3 s`);
    },
  },
];

/** Processes in another container of this machine have another root folder, and are not counted. */
function twinsOf(scene: Scene): string[] {
  return (scene.processes() ?? [])
    .filter(({ program, root }) => program === 'daemon' && root === scene.root)
    .filter((one) => hostIdOf(one) !== scene.host)
    .map((one) => `process ${one.pid}: ${hostIdOf(one)}`);
}
