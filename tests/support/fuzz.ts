import type { TestContext } from 'node:test';
import fc from 'fast-check';

/** How many times more runs than usual are wanted: `FUZZ_RUNS=50 npm test -- property`. */
const TIMES = Number(process.env['FUZZ_RUNS']) || 1;

/** Tries a property `runs` times (more with FUZZ_RUNS), and says how often and with which seed. */
export function tryOut<T>(t: TestContext, runs: number, property: fc.IProperty<T>): void {
  const { numRuns, seed } = plan(t, runs);
  fc.assert(property, { numRuns, seed });
}

/** The same for a property that waits. */
export async function tryOutAsync<T>(
  t: TestContext,
  runs: number,
  property: fc.IAsyncProperty<T>,
): Promise<void> {
  const { numRuns, seed } = plan(t, runs);
  await fc.assert(property, { numRuns, seed });
}

function plan(t: TestContext, runs: number): { numRuns: number; seed: number } {
  const numRuns = Math.ceil(runs * TIMES);
  const wanted = Number(process.env['FUZZ_SEED']);
  const seed = Number.isInteger(wanted) && wanted !== 0 ? wanted : Date.now() % 2 ** 31;
  t.diagnostic(`${numRuns} points tried, seed ${seed}`);
  return { numRuns, seed };
}
