import { HOOK_EVENTS } from '../../protocol/control.js';
import { isRecord } from '../../protocol/json.js';
import { CLIENT_EVENTS } from '../hook/events.js';
import { CC2CC } from '../installed.js';
import { commandWords, lastPart } from './command-words.js';
import { missingOf, sameFile, type Whose } from './installation.js';
import { claudePlaces } from './places.js';
import { readClientFile } from './read-file.js';
import { parseSettings } from './settings-text.js';

/** A hook of ours in Claude Code's settings. */
export interface OurHook {
  /** As the client names it: `Stop`. It may stand under another event than it is made for. */
  event: string;
  /** What it reports: `stop`, or `wait` for the waiter. */
  word: string;
  command: string;
  whose: Exclude<Whose, 'foreign'>;
  /** Absolute paths in it at which nothing is. */
  missing: string[];
  /** Where it stands: `['hooks', 'Stop', 0, 'hooks', 0]`. */
  path: (string | number)[];
}

export interface OurHooks {
  file: string;
  /** `bad`: it is there and cannot be read, see `problem`. */
  state: 'read' | 'missing' | 'bad';
  problem: string | undefined;
  hooks: OurHook[];
  /** Events of the client that have no hook of ours that works. */
  lacking: string[];
  /** Events at which the same is reported more than once. */
  doubled: string[];
  /** `disableAllHooks` is set: none of them runs. */
  disabled: boolean;
  /** It has comments or commas too many: the client skips the whole file. */
  skipped: boolean;
}

/**
 * Our hooks in a settings file of Claude Code's. Never throws.
 *
 * @param file default: the user's own
 */
export function readOurHooks(
  file: string = claudePlaces().settings,
  script: string = CC2CC,
): OurHooks {
  const read = readClientFile(file);
  const none = {
    file,
    problem: undefined,
    hooks: [],
    doubled: [],
    disabled: false,
    skipped: false,
  };
  if (read.kind !== 'bytes') {
    const lacking = Object.values(CLIENT_EVENTS);
    if (read.kind === 'missing') return { ...none, state: 'missing', lacking };
    return { ...none, state: 'bad', problem: `${file}: ${read.reason}.`, lacking };
  }
  const parsed = parseSettings(read.bytes);
  if (parsed.kind === 'bad') {
    const lacking = Object.values(CLIENT_EVENTS);
    return { ...none, state: 'bad', problem: `${file}: ${parsed.reason}.`, lacking };
  }
  const hooks = ourHooksIn(parsed.value, script);
  const working = new Set(hooks.flatMap((hook) => (isAtItsEvent(hook) ? [hook.event] : [])));
  const told = hooks.map(({ event, word }) => `${event} ${word}`);
  const doubled = hooks.filter((_, nth) => told.indexOf(told[nth] ?? '') < nth);
  return {
    ...none,
    state: 'read',
    hooks,
    lacking: Object.values(CLIENT_EVENTS).filter((event) => !working.has(event)),
    doubled: [...new Set(doubled.map(({ event }) => event))],
    disabled: parsed.value['disableAllHooks'] === true,
    skipped: !parsed.strict,
  };
}

/** Our hooks in settings that have been parsed, in the order in which they stand. */
export function ourHooksIn(settings: Record<string, unknown>, script: string = CC2CC): OurHook[] {
  const events = isRecord(settings['hooks']) ? Object.entries(settings['hooks']) : [];
  return events.flatMap(([event, groups]) =>
    entriesOf(groups).flatMap(([group, atGroup]) =>
      entriesOf(isRecord(group) ? group['hooks'] : undefined).flatMap(([hook, atHook]) => {
        const words = wordsOf(hook);
        const at = words.findIndex((word) => isScript(word));
        const word = words[at + 2];
        if (at < 0 || at > 1 || words[at + 1] !== 'hook' || !isHookWord(word)) return [];
        const paths = words.slice(0, at + 1);
        const ours: OurHook = {
          event,
          word,
          command: words.join(' '),
          whose: sameFile(paths[at] ?? '', script) ? 'this' : 'other',
          missing: missingOf(paths),
          path: ['hooks', event, atGroup, 'hooks', atHook],
        };
        return [ours];
      }),
    ),
  );
}

function isAtItsEvent({ event, word, missing }: OurHook): boolean {
  const made = HOOK_EVENTS.find((name) => name === word);
  return made !== undefined && CLIENT_EVENTS[made] === event && missing.length === 0;
}

function isScript(word: string): boolean {
  return /^cc2cc(?:\.cjs|\.cmd)?$/.test(lastPart(word));
}

function isHookWord(word: string | undefined): word is string {
  return word === 'wait' || HOOK_EVENTS.some((event) => event === word);
}

function wordsOf(hook: unknown): string[] {
  if (!isRecord(hook) || typeof hook['command'] !== 'string') return [];
  const args: unknown = hook['args'];
  if (!Array.isArray(args)) return commandWords(hook['command']) ?? [];
  return [hook['command'], ...args.filter((arg) => typeof arg === 'string')];
}

function entriesOf(value: unknown): [unknown, number][] {
  return Array.isArray(value) ? value.map((entry: unknown, nth) => [entry, nth]) : [];
}
