import { Cc2ccError } from '../protocol/errors.js';
import type { Action } from './manager.js';
import { RUN_MS, runCommand } from './run-command.js';
import { shownAction } from './shown-action.js';

/** Between two looks at what has not come about yet. */
const AGAIN_MS = 100;
/**
 * Runs the command of a step, again and again where it waits for something.
 *
 * @throws Cc2ccError E_SERVICE
 */
export async function runStep(action: Extract<Action, { do: 'run' }>): Promise<void> {
  const { harmless, explain } = action;
  const { code, output, inTime } = await outcomeOf(action);
  if ((inTime && code === 0) || harmless?.(code, output) === true) return;
  const known = explain?.(code, output);
  const [command = ''] = shownAction(action);
  const said = output === '' ? `exit code ${code}` : output.split('\n').slice(-3).join(' ');
  throw new Cc2ccError(
    'E_SERVICE',
    known?.message ?? `${command} failed: ${said}`,
    known?.hint === undefined ? {} : { hint: known.hint },
  );
}

/** What the command came to, or the last of its repetitions; `inTime` unless it was awaited in vain. */
async function outcomeOf({
  argv,
  until,
  deadlineMs = RUN_MS,
}: Extract<Action, { do: 'run' }>): Promise<{ code: number; output: string; inTime: boolean }> {
  if (until === undefined) return { ...(await runCommand(argv, deadlineMs)), inTime: true };
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const outcome = await runCommand(argv);
    if (until(outcome.code, outcome.output)) return { ...outcome, inTime: true };
    if (performance.now() > deadline) return { ...outcome, inTime: false };
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
