import { recordCommand } from '../../history/record-command.js';
import { cli } from '../../support/cli.js';
import { anyText } from '../texts.js';
import { anyName, type World } from '../world.js';
import type { Action } from './action.js';

/** Commands of people and scripts; some are killed. */
export const commands: readonly Action[] = [
  {
    name: 'cc2cc send',
    weight: 2,
    run: async (world) => {
      const { random } = world;
      const ttl = random.chance(0.2) ? ['--ttl', '2s'] : [];
      await run(world, ['send', anyName(world), ...ttl, anyText(random, 'plain')]);
    },
  },
  {
    name: 'cc2cc broadcast',
    weight: 0.2,
    run: (world) => run(world, ['broadcast', anyText(world.random, 'plain')]),
  },
  {
    name: 'cc2cc receive',
    weight: 1,
    run: async (world) => {
      const name = world.random.pick(world.scripts);
      if (world.reading.has(name)) return false;
      world.reading.add(name);
      try {
        await run(world, ['receive', name], name);
      } finally {
        world.reading.delete(name);
      }
      return undefined;
    },
  },
  {
    name: 'cc2cc init --rotate-key',
    weight: 0.15,
    run: async ({ sandbox, mishaps }) => {
      const { code, stdout, stderr } = await cli(sandbox, ['init', '--rotate-key', '--json']);
      // Two at once: one of them is told so, among the steps.
      if (code !== 0 && !stdout.includes('makes a new key'))
        mishaps.push(`rotate-key: ${code} ${stdout}${stderr}`);
    },
  },
  {
    name: 'cc2cc-daemon status',
    weight: 0.3,
    run: async ({ sandbox, mishaps }) => {
      const { code, stdout, stderr } = await cli(sandbox, ['status', '--json']);
      if (code === null || code > 3 || code === 2)
        mishaps.push(`status: ${code} ${stdout}${stderr}`);
    },
  },
];

async function run(world: World, args: string[], from?: string): Promise<void> {
  const { history, sandbox, random, scripts } = world;
  const who = from ?? random.pick(scripts);
  const killAfterMs = random.chance(0.15) ? random.between(50, 400) : undefined;
  await recordCommand(history, sandbox, who, args, { killAfterMs });
}
