import { LANES, type LaneName } from '../../mail/delivery.js';
import type { LaneStatus } from '../../protocol/control.js';
import type { Session } from '../session.js';

/** Every lane, whether this session has it, and why not. */
export function describeLanes(session: Session): LaneStatus[] {
  return LANES.map((name) => {
    const why = whyNot(session, name);
    const usable = why === null;
    return { name, usable, wakes: usable && wakes(session, name), why };
  });
}

function whyNot(session: Session, name: LaneName): string | null {
  const { lanes, facts, hooked, open } = session;
  const dead = lanes.dead.find((lane) => lane.name === name);
  if (dead !== undefined) return `given up: ${dead.why}`;
  if (!lanes.has(name)) return NOT_CHOSEN[name](facts.lanes);
  if (name === 'hook' && !hooked) return 'no hook of the client has reported';
  const pushes = name === 'channel' || name === 'socket';
  return pushes && !open ? 'the client has not finished its start' : null;
}

/** Only a hook that waits wakes an idle session. */
function wakes({ rouse }: Session, name: LaneName): boolean {
  return name === 'channel' || name === 'socket' || (name === 'hook' && rouse !== undefined);
}

const LEFT_OUT = (lanes: string): string => `CC2CC_LANES=${lanes} leaves it out`;

/** By what the user has chosen, else by what the session has. */
const NOT_CHOSEN: Readonly<Record<LaneName, (lanes: string | undefined) => string>> = {
  channel: (lanes) =>
    lanes
      ? LEFT_OUT(lanes)
      : 'the client was started without --dangerously-load-development-channels server:cc2cc',
  socket: (lanes) =>
    lanes
      ? LEFT_OUT(lanes)
      : 'the client gave the session no socket; Claude Code 2.1.224 and newer do',
  hook: (lanes) => LEFT_OUT(lanes ?? ''),
  tool: (lanes) => LEFT_OUT(lanes ?? ''),
};
