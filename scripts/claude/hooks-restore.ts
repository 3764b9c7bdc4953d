import { findNodeAtLocation } from 'jsonc-parser';
import { isRecord } from '../../protocol/json.js';
import type { HookSettings } from '../hook/settings.js';
import { ourHooksIn, type OurHook } from './hooks.js';
import { addGroups, uneditable } from './hooks-edit.js';
import { readClientFile } from './read-file.js';
import { backupOf } from './settings-file.js';
import { parseSettings, type SettingsText } from './settings-text.js';

const EMPTY: SettingsText = {
  kind: 'settings',
  text: '',
  bom: false,
  tree: undefined,
  value: {},
  strict: true,
};

/** What the file was before `installHooks`, if that is certain: if the same edit gives what is there. */
export function formerContent(
  file: string,
  settings: SettingsText,
  ours: readonly OurHook[],
): Buffer | undefined | 'other' {
  const groups = groupsOf(settings, ours);
  if (groups === undefined) return 'other';
  const backup = readClientFile(backupOf(file));
  const before = backup.kind === 'bytes' ? parseSettings(backup.bytes) : undefined;
  if (before?.kind === 'settings' && backup.kind === 'bytes') {
    const isPure = ourHooksIn(before.value).length === 0 && uneditable(before) === undefined;
    return isPure && addGroups(before, groups) === settings.text ? backup.bytes : 'other';
  }
  const fresh = addGroups(EMPTY, groups);
  return backup.kind === 'missing' && fresh === settings.text && !settings.bom
    ? undefined
    : 'other';
}

/** The groups that hold hooks of ours and nothing else, by event; undefined where some hold more. */
function groupsOf({ value }: SettingsText, ours: readonly OurHook[]): HookSettings | undefined {
  const groups: HookSettings = {};
  const seen = new Set<string>();
  for (const { event, path } of ours) {
    const [, , nth] = path;
    if (seen.has(`${event} ${nth}`)) continue;
    seen.add(`${event} ${nth}`);
    const events = isRecord(value['hooks']) ? value['hooks'][event] : undefined;
    const group: unknown =
      Array.isArray(events) && typeof nth === 'number' ? events[nth] : undefined;
    const hooks: unknown = isRecord(group) ? group['hooks'] : undefined;
    const count = ours.filter((one) => one.event === event && one.path[2] === nth).length;
    if (!Array.isArray(hooks) || hooks.length !== count) return undefined;
    groups[event] = [
      ...(groups[event] ?? []),
      group as { hooks: HookSettings[string][0]['hooks'] },
    ];
  }
  return groups;
}

/** An empty object or list that was there before we came stays when we go. */
export function stayingIn(file: string): (path: readonly (string | number)[]) => boolean {
  const backup = readClientFile(backupOf(file));
  const before = backup.kind === 'bytes' ? parseSettings(backup.bytes) : undefined;
  const tree = before?.kind === 'settings' ? before.tree : undefined;
  return (path) => tree !== undefined && findNodeAtLocation(tree, [...path]) !== undefined;
}
