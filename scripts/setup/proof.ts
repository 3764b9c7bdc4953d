import { DAEMON, SHIM } from '../installed.js';
import { proveDelivery } from '../proof.js';
import type { StepResult } from './step.js';

/** Shows with two throw-away agents, in a root of their own, that messages arrive. */
export async function proof(): Promise<StepResult> {
  const told: string[] = [];
  await proveDelivery(DAEMON, SHIM, (step) => told.push(step));
  return { done: 'proven', note: told.at(-1) };
}
