import type { AgentStatus } from '../../../protocol/control.js';
import { ok, warn, byHand, type Check, type Fix } from '../check.js';
import { INSTALL_HOOKS } from '../commands.js';
import { count, few } from '../words.js';
import { reportOf } from './daemon.js';

/** Which way mail has to each session, and why not a better one. */
export const LANES_CHECK: Check = {
  id: 'lanes',
  title: 'Lanes',
  look: async (scene) => {
    const { agents } = await reportOf(scene);
    const here = agents.filter(({ where, status }) => where === 'here' && status !== 'offline');
    if (here.length === 0) return ok('no session is attached');
    const asleep = here.filter((agent) => !canBeWoken(agent));
    if (asleep.length === 0) {
      return ok(here.map(({ name, lane }) => `${name} by ${lane ?? '?'}`).join(', '));
    }
    return warn(`${count(asleep.length, 'session cannot', 'sessions cannot')} be woken when idle`, {
      details: few(asleep.flatMap(describe), 12),
      ...fixFor(asleep),
    });
  },
};

/** An older daemon tells the lane only. */
function canBeWoken({ lanes, lane }: AgentStatus): boolean {
  if (lanes === undefined) return lane === 'channel' || lane === 'socket';
  return lanes.some(({ usable, wakes }) => usable && wakes);
}

function describe({ name, lane, lanes = [], deadLanes }: AgentStatus): string[] {
  const reasons =
    lanes.length > 0
      ? lanes.flatMap(({ name: other, why }) => (why === null ? [] : [`${other}: ${why}`]))
      : deadLanes.map(({ name: other, why }) => `${other}: ${why}`);
  return [
    `${name} has mail by ${lane ?? '?'}, at its next turn`,
    ...reasons.map((why) => `  ${why}`),
  ];
}

/** A lane that was given up is tried anew with a new connection; the waiting hook wakes any session. */
function fixFor(asleep: readonly AgentStatus[]): { fix: Fix } {
  const isDead = asleep.some(({ deadLanes }) => deadLanes.length > 0);
  return byHand(isDead ? '/mcp # in that session: reconnect cc2cc' : INSTALL_HOOKS);
}
