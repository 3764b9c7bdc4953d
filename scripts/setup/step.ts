import { reportOf } from '../../protocol/errors.js';
import { oneLine, tilde } from '../../protocol/terminal/text.js';

/** What was done about one thing, by `init` or by `uninstall`. */
export interface Step {
  what: string;
  path?: string;
  done: Done;
  /** A sentence or a part of one. */
  note?: string;
}

export type Done =
  | 'made'
  | 'kept'
  | 'replaced'
  | 'registered'
  | 'installed'
  | 'proven'
  | 'removed'
  | 'stopped'
  /** There was nothing to remove. */
  | 'absent'
  /** Not asked for, or done by something else. */
  | 'skipped'
  | 'failed';

/** What a step says of itself; `note` may be left out as a whole. */
export type StepResult = Omit<Step, 'what' | 'note'> & { note?: string | undefined };

/** Does one step. One that fails says why, and the others are done all the same. */
export async function attempt(
  what: string,
  step: () => StepResult | Promise<StepResult>,
): Promise<Step> {
  try {
    const { note, ...rest } = await step();
    return { what, ...rest, ...(note === undefined ? {} : { note }) };
  } catch (error) {
    const { message, hint } = reportOf(error);
    return { what, done: 'failed', note: hint === undefined ? message : `${message} ${hint}` };
  }
}

/** Steps for people: what was done, to what, where, and what is to be said of it. */
export function stepLines(steps: readonly Step[]): string[] {
  return steps.map(({ what, path, done, note }) => {
    const where = path === undefined ? '' : ` ${tilde(path)}`;
    return `${done.padEnd(10)}  ${what}${where}${note === undefined ? '' : `: ${oneLine(note)}`}`;
  });
}
