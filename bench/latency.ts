import type { BenchOptions, Line } from './figure.js';
import { interleave, type Plan } from './interleave.js';
import { overRounds, percentile } from './stats.js';

/**
 * Measures one way of a message beside its floor: a line for p50 and one for p99.
 *
 * @param goals multiples of a bare relay that the two should stay within
 */
export async function measureLatency(
  label: string,
  goals: { p50: number; p99: number },
  { quick }: BenchOptions,
  ours: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<Line[]> {
  const plan: Plan = quick
    ? { rounds: 5, samples: 60, warmup: 300, pauseMs: 3 }
    : { rounds: 7, samples: 200, warmup: 500, pauseMs: 3 };
  const sampled = await interleave(plan, ours, floor);
  const line = (name: 'p50' | 'p99', p: number): Line => ({
    label: `${label}, ${name}`,
    unit: 'ms',
    ours: overRounds(sampled.ours, (round) => percentile(round, p)),
    floor: overRounds(sampled.floor, (round) => percentile(round, p)),
    goal: { of: 'ratio', max: goals[name] },
  });
  return [line('p50', 0.5), line('p99', 0.99)];
}
