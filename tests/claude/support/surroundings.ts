import type { Client } from './client.js';

/** How the runner tells the test processes; not a name that `tests/run.ts` takes away. */
export const SURROUNDINGS = 'TEST_CLAUDE';

export interface Surroundings {
  client: Client;
  /** Whether there is no network but loopback. */
  offline: boolean;
}

/** @throws Error when the tests were not started as they should be */
export function surroundings(): Surroundings {
  const given = process.env[SURROUNDINGS];
  if (given === undefined) throw new Error('Run these tests with: npm run test:claude');
  return JSON.parse(given) as Surroundings;
}
