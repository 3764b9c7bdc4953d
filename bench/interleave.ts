import { setTimeout as sleep } from 'node:timers/promises';

export interface Plan {
  rounds: number;
  samples: number;
  /** Samples thrown away before the first round: caches, compilers and folders get warm. */
  warmup: number;
  /** Between two samples, so that what one leaves to be done does not weigh on the next. */
  pauseMs: number;
}

/**
 * Samples ours and the floor in turn, so that whatever else the machine does weighs on both.
 *
 * @returns the samples by round
 */
export async function interleave(
  plan: Plan,
  ours: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<{ ours: number[][]; floor: number[][] }> {
  const once = async (sample: () => Promise<number>): Promise<number> => {
    const value = await sample();
    await sleep(plan.pauseMs);
    return value;
  };
  for (let i = 0; i < plan.warmup; i += 1) {
    await once(ours);
    await once(floor);
  }
  const result = { ours: [] as number[][], floor: [] as number[][] };
  for (let round = 0; round < plan.rounds; round += 1) {
    const [a, b]: [number[], number[]] = [[], []];
    for (let i = 0; i < plan.samples; i += 1) {
      a.push(await once(ours));
      b.push(await once(floor));
    }
    result.ours.push(a);
    result.floor.push(b);
  }
  return result;
}
