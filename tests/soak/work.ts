import { setTimeout as sleep } from 'node:timers/promises';
import { ACTIONS } from './actions/index.js';
import type { World } from './world.js';

/** So many things happen at a time. */
const WORKERS = 8;
/** Between two of one worker, milliseconds: sessions pause too. */
const PAUSE_MS = 60;

/** Lets things happen for some time, and waits for the end of what was begun. */
export async function work(world: World, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      await act(world);
      await sleep(world.random.between(0, PAUSE_MS));
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

async function act(world: World): Promise<void> {
  const { counts, mishaps } = world;
  const action = nextAction(world);
  try {
    if ((await action.run(world)) === false) return;
    counts.set(action.name, (counts.get(action.name) ?? 0) + 1);
  } catch (error) {
    mishaps.push(`${action.name}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

/** Now and then one that was not to be had before, so that a short run has all of them. */
function nextAction({ random, counts }: World): (typeof ACTIONS)[number] {
  const missing = ACTIONS.filter(({ name }) => !counts.has(name));
  return missing.length > 0 && random.chance(0.1) ? random.pick(missing) : random.weighted(ACTIONS);
}
