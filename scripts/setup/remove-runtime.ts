import { basename, dirname, join } from 'node:path';
import { compileCacheFolder } from '../../protocol/compile-cache.js';
import { socketFolders, type HostPaths } from '../../protocol/host-paths.js';
import { tilde } from '../../protocol/terminal/text.js';
import { entriesOf, pruneUp, removeAll } from './remove-files.js';
import { attempt, type Step, type StepResult } from './step.js';

export interface RuntimeOptions {
  dryRun: boolean;
  keepLog: boolean;
  /** Sessions are attached still: without this one file they would start the daemon again. */
  keepStopped: boolean;
}

/** Removes what was written outside of this root: state, sockets, log, compiled code. */
export async function removeRuntime(paths: HostPaths, options: RuntimeOptions): Promise<Step[]> {
  const steps = [
    await attempt('runtime files', () => removeState(paths, options)),
    await attempt('log', () => removeLogs(paths, options)),
    await attempt('compiled code', () => removeCompiled(options)),
  ];
  if (!options.dryRun) tidy(baseOf(paths));
  return steps;
}

function removeState(paths: HostPaths, { dryRun, keepStopped }: RuntimeOptions): StepResult {
  const { state } = paths;
  const kept = keepStopped ? basename(paths.stopped) : undefined;
  const inState = entriesOf(state).filter((name) => name !== kept);
  const files = [...inState.map((name) => join(state, name)), ...sockets(paths)];
  const gone = removeAll(files, dryRun);
  if (!dryRun) {
    pruneUp(state, dirname(dirname(state))); // hosts/<host>/<key>
    for (const folder of otherFolders(paths)) pruneUp(folder, folder);
  }
  return { path: state, done: gone.length > 0 ? 'removed' : 'absent' };
}

function removeLogs({ log, errorLog }: HostPaths, options: RuntimeOptions): StepResult {
  if (options.keepLog) return { path: log, done: 'skipped', note: 'as you said' };
  const gone = removeAll([log, `${log}.1`, errorLog, `${errorLog}.1`], options.dryRun);
  const [first = log, ...others] = gone;
  if (!options.dryRun) pruneUp(dirname(log), dirname(log));
  return {
    path: first,
    done: gone.length > 0 ? 'removed' : 'absent',
    note: others.length > 0 ? `and ${others.map((file) => tilde(file)).join(', ')}` : undefined,
  };
}

/** Of all roots: the next command makes it anew. */
function removeCompiled({ dryRun }: RuntimeOptions): StepResult {
  const path = compileCacheFolder();
  const gone = removeAll([path], dryRun);
  if (!dryRun) pruneUp(dirname(path), dirname(path));
  return { path, done: gone.length > 0 ? 'removed' : 'absent' };
}

/** Where the folders of all roots are. */
function baseOf({ state }: HostPaths): string {
  return dirname(dirname(dirname(state)));
}

/** The lock of `config.json` belongs to all roots: it goes with the last of them. */
function tidy(base: string): void {
  if (entriesOf(base).join() === 'locks') removeAll([join(base, 'locks')], false);
  pruneUp(base, base);
}

/** Of this root: their names begin with its key. */
function sockets(paths: HostPaths): string[] {
  return otherFolders(paths).flatMap((folder) =>
    entriesOf(folder)
      .filter((name) => name.startsWith(`${paths.key}-`) && name.endsWith('.sock'))
      .map((name) => join(folder, name)),
  );
}

/** Where sockets may lie besides the state folder. */
function otherFolders(paths: HostPaths): string[] {
  if (process.platform === 'win32') return []; // it has pipes
  return socketFolders(paths).filter((folder) => folder !== paths.state);
}
