import { mailboxNames } from '../../mail/mailbox-names.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { drainInbox } from '../integration/lifecycle/support.js';
import { until } from '../support/events.js';
import { listInbox } from '../support/files.js';
import type { Member } from './member.js';
import { recordCommand } from '../history/record-command.js';
import type { World } from './world.js';

/** Hostile files are refused after 2 s, mail for a former name follows with a round. */
const SETTLE_MS = 60_000;
/** So many sessions begin at a time. */
const AT_ONCE = 4;

/** Waits until everybody is here and nothing waits for anybody. */
export async function settle(world: World): Promise<void> {
  await everybody(world);
  await until(
    async () => {
      await Promise.all(world.members.map((member) => drain(world, member)));
      const left = leftovers(world);
      if (left.length > 0) throw new Error(left.slice(0, 5).join(', '));
      return true;
    },
    'empty inboxes',
    SETTLE_MS,
  );
}

/** Begins the sessions of all who are away. */
export async function everybody({ members }: World): Promise<void> {
  const away = members.filter(({ isHere }) => !isHere).values();
  const work = async (): Promise<void> => {
    for (const member of away) await member.attach();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Takes the mail that nobody else takes: of scripts, and of names that nobody bears any more. */
export async function emptyAll(world: World): Promise<void> {
  const { sandbox, history, scripts, members } = world;
  for (const name of scripts) await recordCommand(history, sandbox, name, ['receive', name]);
  // Sent before it bore the name, or left behind when its shim was killed while it was renamed; or of a
  // name like fox-01-2, which it was given while its shim before still had the one that it wished.
  const read = new Set([...scripts, ...members.map(({ name }) => name)]);
  for (const name of mailboxNames(sandbox.root)) {
    if (read.has(name) || listInbox(sandbox, name).length === 0) continue;
    const reader = `reader-of-${name}`;
    history.note({ kind: 'named', agent: reader, name });
    await recordCommand(history, sandbox, reader, ['receive', name]);
  }
}

async function drain({ history }: World, member: Member): Promise<void> {
  try {
    await drainInbox(member.agent.client);
  } catch (error) {
    history.note({ kind: 'note', text: `${member.key} cannot read: ${String(error)}` });
    await sleep(100);
  }
}

function leftovers({ members, sandbox }: World): string[] {
  return members.flatMap(({ name }) =>
    listInbox(sandbox, name).map((file) => `to-${name}/inbox/${file}`),
  );
}
