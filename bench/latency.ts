import type { BenchOptions, Line } from './figure.js';
import { interleave, type Plan } from './interleave.js';
import { overRounds, percentile } from './stats.js';

/** Both latencies should stay within this multiple of a bare relay. */
const MAX_RATIO = 2.5;

/** Measures one way of a message beside its floor: a line for p50 and one for p99. */
export async function measureLatency(
  label: string,
  { quick }: BenchOptions,
  ours: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<Line[]> {
  const plan: Plan = quick
    ? { rounds: 5, samples: 60, warmup: 300, pauseMs: 3 }
    : { rounds: 7, samples: 200, warmup: 500, pauseMs: 3 };
  const sampled = await interleave(plan, ours, floor);
  const line = (name: string, p: number, goal: Line['goal']): Line => ({
    label: `${label}, ${name}`,
    unit: 'ms',
    ours: overRounds(sampled.ours, (round) => percentile(round, p)),
    floor: overRounds(sampled.floor, (round) => percentile(round, p)),
    goal,
  });
  const goal: Line['goal'] = { of: 'ratio', max: MAX_RATIO };
  return [line('p50', 0.5, goal), line('p99', 0.99, goal)];
}
