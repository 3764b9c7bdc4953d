import { findNodeAtLocation, type Node } from 'jsonc-parser';
import { isRecord } from '../../protocol/json.js';
import type { HookSettings } from '../hook/settings.js';
import { ourHooksIn, type OurHook } from './hooks.js';
import { freshText, insertLast, removeEntry } from './json-edit.js';
import { parseSettings, type SettingsText } from './settings-text.js';

/** Whether an edit can be made at all: reasons in words that fit after the path and a colon. */
export function uneditable({ tree, value }: SettingsText): string | undefined {
  if (tree === undefined) return undefined;
  if (twice(tree, 'hooks')) return 'it has "hooks" twice';
  const hooks = value['hooks'];
  if (hooks === undefined) return undefined;
  if (!isRecord(hooks)) return '"hooks" is not an object';
  const event = Object.keys(hooks).find((name) => !Array.isArray(hooks[name]));
  if (event !== undefined) return `"hooks" has "${event}", which is not a list`;
  const node = findNodeAtLocation(tree, ['hooks']);
  const doubled = Object.keys(hooks).find((name) => node !== undefined && twice(node, name));
  return doubled === undefined ? undefined : `"hooks" has "${doubled}" twice`;
}

/** Adds groups of hooks, each at the end of its event, so that those of others keep their order. */
export function addGroups(settings: SettingsText, groups: HookSettings): string {
  const { text, tree } = settings;
  if (Object.keys(groups).length === 0) return text;
  if (tree === undefined) return freshText({ hooks: groups });
  const hooks = findNodeAtLocation(tree, ['hooks']);
  if (hooks === undefined) return insertLast(text, tree, tree, 'hooks', groups);
  return Object.entries(groups).reduce((edited, [event, added]) => {
    const at = findNodeAtLocation(treeOf(edited), ['hooks', event]);
    if (at === undefined) {
      const root = treeOf(edited);
      return insertLast(edited, root, nodeAt(root, ['hooks']), event, added);
    }
    return added.reduce((more, group) => {
      const root = treeOf(more);
      return insertLast(more, root, nodeAt(root, ['hooks', event]), undefined, group);
    }, edited);
  }, text);
}

/**
 * Takes out hooks of ours, and what is empty then.
 *
 * @param stays whether a list or an object is to stay when it is empty, by its place
 */
export function removeHooks(
  { text, value }: SettingsText,
  isMeant: (hook: OurHook) => boolean,
  stays: (path: readonly (string | number)[]) => boolean = () => false,
): string {
  // From the end, so that the places before stay what they are.
  return ourHooksIn(value)
    .filter(isMeant)
    .reverse()
    .reduce((edited, { path }) => removeUp(edited, path, stays), text);
}

/** Removes what is at a place, and then what holds it if that is empty. */
function removeUp(
  text: string,
  path: readonly (string | number)[],
  stays: (path: readonly (string | number)[]) => boolean,
): string {
  const root = treeOf(text);
  let at = path;
  for (;;) {
    const holder = at.slice(0, -1);
    // A group is [event, n], its list of hooks [event, n, 'hooks']; the two go together.
    const isInner = holder.length === 4;
    const isLast = nodeAt(root, holder).children?.length === 1;
    if (!isLast || holder.length === 0 || (!isInner && stays(holder))) break;
    at = isInner ? holder.slice(0, -1) : holder;
  }
  const node = nodeAt(root, at);
  const entry = typeof at.at(-1) === 'string' ? (node.parent ?? node) : node;
  return removeEntry(text, nodeAt(root, at.slice(0, -1)), entry);
}

function treeOf(text: string): Node {
  const parsed = parseSettings(Buffer.from(text));
  if (parsed.kind === 'bad' || parsed.tree === undefined)
    throw new Error('An edit broke the JSON.');
  return parsed.tree;
}

function nodeAt(root: Node, path: readonly (string | number)[]): Node {
  const node = path.length === 0 ? root : findNodeAtLocation(root, [...path]);
  if (node === undefined) throw new Error(`Nothing is at ${path.join('.')}.`);
  return node;
}

function twice({ children = [] }: Node, name: string): boolean {
  return children.filter(({ children: [key] = [] }) => key?.value === name).length > 1;
}
