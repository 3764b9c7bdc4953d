/**
 * A defence of the product and the tests that must fail without it. `npm run test:defences` takes each
 * out of a copy of the project and looks that its tests see it.
 */
export interface Defence {
  /** What holds thanks to it: one sentence. */
  guarantee: string;
  /** The TypeScript file, from the project's folder on: `mail/deliver.ts`. */
  file: string;
  /** A text that is in that file exactly once. */
  find: string;
  /** What stands there instead when the defence is taken out. */
  replace: string;
  /** Words as for `npm test -- …`, one of which is in the path of each test file to run. */
  tests: readonly string[];
  /** A regular expression that is in the names of the tests to run, where others of the file take long. */
  only?: string;
  /** The suite of tests/run.ts that these are in; `all` where nothing else is said. */
  suite?: 'all' | 'sweeps';
}
