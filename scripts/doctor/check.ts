import type { Scene } from './scene.js';

/** How it stands with one thing. `skip`: it could not be looked at, or there is none here. */
export type State = 'ok' | 'warn' | 'fail' | 'skip';

/** What mends it. */
export interface Fix {
  /** A line for a shell. */
  command: string;
  /** `cc2cc doctor --fix` does the same: nothing can be lost by it. */
  safe: boolean;
}

/** What a check has found. Texts may hold what others wrote; who prints them makes them harmless. */
export interface Finding {
  state: State;
  /** Half a sentence or a sentence, without a full stop. */
  text: string;
  /** What it is about, one a line; shown where the state is `warn` or `fail`. */
  details?: string[];
  fix?: Fix;
}

/** One thing that `cc2cc doctor` looks at. */
export interface Check {
  /** Stable: scripts and docs/doctor.md name it. */
  id: string;
  /** Two or three words. */
  title: string;
  /** Changes nothing and starts no daemon. What it throws is a failure of this check alone. */
  look: (scene: Scene) => Finding | Promise<Finding>;
  /** Mends what is safe to mend, after a finding with a safe fix; says what it did, a line each. */
  mend?: (scene: Scene) => string[] | Promise<string[]>;
}

/** A finding with the id and the title of its check: what `--json` prints. */
export interface CheckResult extends Finding {
  id: string;
  title: string;
}

/** Thrown by a check that has nothing to look at; the message says why. */
export class NothingToLookAt extends Error {}

export const ok = (text: string): Finding => ({ state: 'ok', text });
export const skip = (text: string): Finding => ({ state: 'skip', text });
export const warn = (text: string, more: Pick<Finding, 'details' | 'fix'> = {}): Finding => ({
  state: 'warn',
  text,
  ...more,
});
export const fail = (text: string, more: Pick<Finding, 'details' | 'fix'> = {}): Finding => ({
  state: 'fail',
  text,
  ...more,
});

/** A fix for people to decide on. */
export const byHand = (command: string): { fix: Fix } => ({ fix: { command, safe: false } });

/** A fix that `--fix` carries out; the check has a `mend`. */
export const BY_DOCTOR: { fix: Fix } = { fix: { command: 'cc2cc doctor --fix', safe: true } };
