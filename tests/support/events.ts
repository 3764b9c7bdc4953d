import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 10;

/**
 * Waits for a state that raises no event (files, processes) and returns what was found. Where there
 * is an event, wait for that instead.
 *
 * @param look returns anything but undefined and false when the state is there; what it throws
 *   counts as not yet
 * @throws Error that names `what`, with the last thing `look` threw as its cause
 */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  timeoutMs = 5_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let problem: Error | undefined;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      problem = error instanceof Error ? error : new Error(String(error));
    }
    if (Date.now() >= deadline) {
      const why = problem === undefined ? '' : ` (${problem.message})`;
      throw new Error(`No ${what} within ${timeoutMs} ms${why}.`, { cause: problem });
    }
    await sleep(STEP_MS);
  }
}
