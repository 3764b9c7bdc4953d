import { killDaemon } from '../../integration/lifecycle/support.js';
import { daemonPid } from '../../support/daemon.js';
import type { Member } from '../member.js';
import type { World } from '../world.js';
import type { Action } from './action.js';

/** So many are here at least. */
const FEWEST = 0.6;

/** Sessions that come, go, and are lost, and daemons that are killed. */
export const sessions: readonly Action[] = [
  {
    name: 'detach',
    weight: 2,
    run: (world) => change(world, true, (member) => member.leave('closed')),
  },
  {
    name: 'kill shim',
    weight: 2,
    run: (world) => change(world, true, (member) => member.leave('killed')),
  },
  { name: 'attach', weight: 6, run: (world) => change(world, false, (member) => member.attach()) },
  {
    name: 'rename',
    weight: 2,
    run: (world) =>
      change(world, true, async (member) => {
        // It may be killed at this moment: then nobody knows which name it has.
        await member.agent.register(member.otherName).catch(() => undefined);
      }),
  },
  {
    name: 'kill daemon',
    weight: 0.8,
    run: async (world) => {
      const pid = daemonPid(world.sandbox);
      if (!world.isWild || pid === undefined) return Promise.resolve(false as const);
      world.history.killed('daemon', pid);
      killDaemon(world.sandbox);
      return Promise.resolve();
    },
  },
];

/** Nobody else ends or begins the session meanwhile. */
async function change(
  { members, random }: World,
  isHere: boolean,
  step: (member: Member) => Promise<void>,
): Promise<void | false> {
  const here = members.filter((member) => member.isHere).length;
  const fits = members.filter((member) => member.isHere === isHere && !member.isChanging);
  if (fits.length === 0 || (isHere && here <= members.length * FEWEST)) return false;
  const member = random.pick(fits);
  member.isChanging = true;
  try {
    await step(member);
  } finally {
    member.isChanging = false;
  }
  return undefined;
}
