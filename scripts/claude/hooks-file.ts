import { rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Cc2ccError, errnoOf } from '../../protocol/errors.js';
import { hookSettings, type HookSettings } from '../hook/settings.js';
import { ourHooksIn, type OurHook } from './hooks.js';
import { addGroups, removeHooks, uneditable } from './hooks-edit.js';
import { formerContent, stayingIn } from './hooks-restore.js';
import { readClientFile } from './read-file.js';
import { backupOf, changeFile, keepBackup } from './settings-file.js';
import { parseSettings, type SettingsText } from './settings-text.js';

export interface HooksChange {
  changed: boolean;
  /** Hooks of another installation that are gone from the file. */
  replaced: number;
}

/**
 * Puts our hooks into a settings file of Claude Code's. Those that are there and work stay as they
 * are; what is dead, doubled, or of another installation is replaced.
 *
 * @param wait also the waiter; undefined: as it is
 * @throws Cc2ccError E_UNSAFE for a file that cannot be edited; E_STORE
 */
export function installHooks(
  file: string,
  { wait, node }: { wait: boolean | undefined; node: string },
): HooksChange {
  let replaced = 0;
  let hadOurs = false;
  const changed = changeFile(
    file,
    (present) => {
      const settings = editable(file, present);
      const ours = ourHooksIn(settings.value);
      const waits = wait ?? ours.some(({ word }) => word === 'wait');
      const wanted = hookSettings({ wait: waits, node });
      const kept = goodOnes(ours, wanted);
      replaced = ours.filter(({ whose }) => whose === 'other').length;
      const cleared = parsed(
        removeHooks(settings, (hook) => !kept.some((one) => isSame(one, hook))),
      );
      const missing = withoutThose(wanted, kept);
      hadOurs = ours.length > 0;
      return bytesOf(addGroups(cleared, missing), settings.bom);
    },
    () => {
      backUp(file, hadOurs);
    },
  );
  return { changed, replaced: changed ? replaced : 0 };
}

/**
 * Takes our hooks out again. Where nobody else has changed the file since, it is as it was before,
 * byte for byte, or gone when it was not there.
 *
 * @param isMeant which of ours
 * @returns how many went
 * @throws Cc2ccError E_UNSAFE for a file that cannot be edited; E_STORE
 */
export function uninstallHooks(file: string, isMeant: (hook: OurHook) => boolean): number {
  let removed = 0;
  const changed = changeFile(file, (present) => {
    if (present === undefined) return undefined;
    const settings = editable(file, present);
    const meant = ourHooksIn(settings.value).filter(isMeant);
    removed = meant.length;
    if (removed === 0) return present;
    const former = formerContent(file, settings, meant);
    if (former !== 'other') return former;
    const text = removeHooks(settings, isMeant, stayingIn(file));
    const isBare = text.trim() === '{}' && readClientFile(backupOf(file)).kind === 'missing';
    return isBare ? undefined : bytesOf(text, settings.bom);
  });
  if (changed) removeIfEmpty(dirname(file));
  return removed;
}

/** Those of ours that do what they should, one each. */
function goodOnes(ours: readonly OurHook[], wanted: HookSettings): OurHook[] {
  return ours.filter((hook, nth) => {
    if (hook.whose !== 'this' || hook.missing.length > 0) return false;
    const { event, word } = hook;
    const first = ours.findIndex(
      (one) =>
        one.event === event &&
        one.word === word &&
        one.whose === 'this' &&
        one.missing.length === 0,
    );
    return first === nth && wordsOf(wanted, event).includes(word);
  });
}

/** What is wanted less the hooks that are there. */
function withoutThose(wanted: HookSettings, kept: readonly OurHook[]): HookSettings {
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([event, groups]) => {
      const lacking = groups.flatMap(({ hooks }) => {
        const rest = hooks.filter((_, nth) => {
          const word = wordsOf({ [event]: [{ hooks }] }, event)[nth];
          return !kept.some((one) => one.event === event && one.word === word);
        });
        return rest.length === 0 ? [] : [{ hooks: rest }];
      });
      return lacking.length === 0 ? [] : [[event, lacking]];
    }),
  );
}

function wordsOf(wanted: HookSettings, event: string): string[] {
  const hooks = (wanted[event] ?? []).flatMap((group) => group.hooks);
  return hooks.map(({ command }) => command.slice(command.lastIndexOf(' ') + 1));
}

function isSame(one: OurHook, other: OurHook): boolean {
  return one.path.join() === other.path.join();
}

/** The oldest one without anything of ours is worth most. */
function backUp(file: string, hasOurs: boolean): void {
  if (hasOurs && readClientFile(backupOf(file)).kind === 'bytes') return;
  keepBackup(file);
}

function editable(file: string, bytes: Buffer | undefined): SettingsText {
  const settings = parseSettings(bytes ?? Buffer.alloc(0));
  const reason = settings.kind === 'bad' ? settings.reason : uneditable(settings);
  if (settings.kind === 'bad' || reason !== undefined) {
    throw new Cc2ccError('E_UNSAFE', `${file}: ${reason}. It stays as it is.`);
  }
  return settings;
}

function parsed(text: string): SettingsText {
  const settings = parseSettings(Buffer.from(text));
  if (settings.kind === 'bad') throw new Error(`An edit broke the JSON: ${settings.reason}.`);
  return settings;
}

function bytesOf(text: string, bom: boolean): Buffer {
  return Buffer.from(bom ? `\ufeff${text}` : text);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    // An empty folder that is a link, or cannot be removed, does no harm.
    if (errnoOf(error) === undefined) throw error;
  }
}
