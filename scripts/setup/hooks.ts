import { Cc2ccError } from '../../protocol/errors.js';
import { readOurHooks } from '../claude/hooks.js';
import { installHooks } from '../claude/hooks-file.js';
import { claudePlaces } from '../claude/places.js';
import { readPlugins } from '../claude/plugin.js';
import { hookSettings } from '../hook/settings.js';
import type { StepResult } from './step.js';

export interface HooksOptions {
  node: string;
  /** Also the waiter; undefined: as it is. */
  wait: boolean | undefined;
  replace: boolean;
}

/** Whether all that could be done about hooks is done: then nobody has to be asked. */
export function hooksAreDone(): boolean {
  const { lacking, doubled, hooks } = readOurHooks();
  const isPlugin = readPlugins().some(({ enabled }) => enabled);
  const isGood = lacking.length === 0 && doubled.length === 0;
  return isPlugin || (isGood && hooks.every(({ whose }) => whose === 'this'));
}

/**
 * Adds our hooks to the user's settings of Claude Code.
 *
 * @throws Cc2ccError with what stands in the way, and the JSON to paste
 */
export function addHooks({ node, wait, replace }: HooksOptions): StepResult {
  const path = claudePlaces().settings;
  const plugin = readPlugins().find(({ enabled }) => enabled);
  if (plugin !== undefined) return { done: 'skipped', note: `the plugin ${plugin.id} has them` };
  const before = readOurHooks();
  const living = before.hooks.find(
    ({ whose, missing }) => whose === 'other' && missing.length === 0,
  );
  if (living !== undefined && !replace) {
    throw new Cc2ccError(
      'E_UNSAFE',
      `${path} has hooks of another installation: ${living.command}.`,
      { hint: 'To replace them: cc2cc init --hooks --replace' },
    );
  }
  try {
    const { changed, replaced } = installHooks(path, { node, wait });
    const notes = [
      ...(replaced > 0 ? [`${replaced} of another installation are gone`] : []),
      ...(before.skipped
        ? ['Claude Code skips the whole file as long as it has comments or commas too many']
        : []),
      ...(before.disabled ? ['none of them runs, since disableAllHooks is set there'] : []),
    ];
    const done = !changed ? 'kept' : before.hooks.length > 0 ? 'replaced' : 'made';
    return { path, done, note: notes.length === 0 ? undefined : notes.join('; ') };
  } catch (error) {
    if (!(error instanceof Cc2ccError)) throw error;
    const json = JSON.stringify({ hooks: hookSettings({ wait: wait ?? false, node }) });
    throw new Cc2ccError(error.code, error.message, {
      hint: `Add this to it by hand: ${json}`,
      cause: error,
    });
  }
}
