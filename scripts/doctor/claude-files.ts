import { execFile } from 'node:child_process';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { HOOK_EVENTS } from '../../protocol/control.js';
import { isRecord } from '../../protocol/json.js';
import { readOwnFile } from '../../protocol/own-file.js';
import { claudePlaces } from '../claude/places.js';
import { CLIENT_EVENTS } from '../hook/events.js';
import { CC2CC, SHIM } from '../installed.js';

/** What Claude Code's files hold of ours; read, never changed. */
export type Whose = 'this' | 'other' | 'foreign';

/** An MCP server that runs a shim of ours or bears our name. */
export interface Registration {
  scope: 'user' | 'local' | 'project';
  file: string;
  project: string | undefined;
  name: string;
  command: string;
  args: string[];
  /** `foreign`: it has our name and runs something else. */
  whose: Whose;
  /** Absolute paths in it at which nothing is. */
  missing: string[];
}

export interface OurHooks {
  file: string;
  state: 'read' | 'missing' | 'bad';
  problem: string | undefined;
  hooks: { event: string; word: string; command: string; whose: Whose; missing: string[] }[];
  /** Events of the client that have no hook of ours. */
  lacking: string[];
  doubled: string[];
  disabled: boolean;
}

/** The state of a client that was used for years has its whole history in it. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The first `claude` on PATH. */
export function findClient(): string | undefined {
  const names = process.platform === 'win32' ? ['claude.exe', 'claude.cmd'] : ['claude'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** `2.1.329`; undefined where it does not say so in time. */
export function clientVersion(client: string, deadlineMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: deadlineMs, killSignal: 'SIGKILL' } as const;
    execFile(client, ['--version'], options, (error, stdout) => {
      resolve(error === null ? /^\s*(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] : undefined);
    });
  });
}

export function readRegistrations(): { found: Registration[]; problems: string[] } {
  const problems: string[] = [];
  const read = (file: string): Record<string, unknown> => {
    const json = readJson(file);
    if (typeof json !== 'string') return json;
    problems.push(`${file}: ${json}`);
    return {};
  };
  const { state: file } = claudePlaces();
  const state = read(file);
  const project = join(process.cwd(), '.mcp.json');
  const found = [
    ...serversIn(state, { scope: 'user', file, project: undefined }),
    ...Object.entries(recordOf(state['projects'])).flatMap(([folder, value]) =>
      serversIn(value, { scope: 'local', file, project: folder }),
    ),
    ...serversIn(read(project), { scope: 'project', file: project, project: process.cwd() }),
  ];
  return { found, problems };
}

/** Our plugin, if it is installed. */
export function readPlugins(): { id: string; enabled: boolean }[] {
  const settings = readJson(claudePlaces().settings);
  const plugins = typeof settings === 'string' ? {} : recordOf(settings['enabledPlugins']);
  return Object.entries(plugins)
    .filter(([id]) => id.startsWith('cc2cc@'))
    .map(([id, value]) => ({ id, enabled: value !== false }));
}

export function readOurHooks(): OurHooks {
  const file = claudePlaces().settings;
  const all = Object.values(CLIENT_EVENTS);
  const settings = readJson(file);
  const none = { file, problem: undefined, hooks: [], doubled: [], disabled: false, lacking: all };
  if (typeof settings === 'string') {
    return { ...none, state: 'bad', problem: `${file}: ${settings}` };
  }
  const hooks = Object.entries(recordOf(settings['hooks'])).flatMap(([event, groups]) =>
    listOf(groups).flatMap((group) =>
      listOf(recordOf(group)['hooks']).flatMap((hook) => hookOf(event, hook)),
    ),
  );
  const told = hooks.map(({ event, word }) => `${event} ${word}`);
  const doubled = hooks.filter((_, nth) => told.indexOf(told[nth] ?? '') < nth);
  const there = new Set(hooks.filter(({ word }) => word !== 'wait').map(({ event }) => event));
  return {
    ...none,
    state: 'read',
    hooks,
    lacking: all.filter((event) => !there.has(event)),
    doubled: [...new Set(doubled.map(({ event }) => event))],
    disabled: settings['disableAllHooks'] === true,
  };
}

function hookOf(event: string, hook: unknown): OurHooks['hooks'] {
  const { command } = recordOf(hook);
  if (typeof command !== 'string') return [];
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
  const at = words.findIndex((word) => /(?:^|[/\\])cc2cc(?:\.cjs)?$/.test(word));
  const word = words[at + 2] ?? '';
  const isOurs = word === 'wait' || HOOK_EVENTS.some((name) => name === word);
  if (at < 0 || at > 1 || words[at + 1] !== 'hook' || !isOurs) return [];
  const paths = words.slice(0, at + 1);
  return [{ event, word, command, whose: whoseIs(words[at], CC2CC), missing: missingOf(paths) }];
}

function serversIn(
  holder: unknown,
  place: Pick<Registration, 'scope' | 'file' | 'project'>,
): Registration[] {
  const servers = Object.entries(recordOf(recordOf(holder)['mcpServers']));
  return servers.flatMap(([name, value]) => {
    const entry = recordOf(value);
    const command = typeof entry['command'] === 'string' ? entry['command'] : '';
    const args = listOf(entry['args']).filter((arg) => typeof arg === 'string');
    const shim = [command, ...args].find((word) => /cc2cc-shim(?:\.cjs)?$/.test(word));
    if (shim === undefined && name !== 'cc2cc') return [];
    const paths = shim === undefined ? [command] : [command, shim];
    const whose = shim === undefined ? 'foreign' : whoseIs(shim, SHIM);
    return [{ ...place, name, command, args, whose, missing: missingOf(paths) }];
  });
}

function whoseIs(path: string | undefined, own: string): Whose {
  try {
    return path !== undefined && realpathSync(path) === realpathSync(own) ? 'this' : 'other';
  } catch {
    return 'other';
  }
}

function missingOf(paths: readonly string[]): string[] {
  return paths.filter((path) => isAbsolute(path) && !existsSync(path));
}

/** The object in a file, none where there is no file; else what is wrong with it. */
function readJson(path: string): Record<string, unknown> | string {
  try {
    const file = readOwnFile(existsSync(path) ? realpathSync(path) : path, MAX_BYTES);
    if (file.kind === 'missing') return {};
    if (file.kind !== 'bytes') return file.reason;
    const value: unknown = JSON.parse(file.bytes.toString().replace(/^\uFEFF/, ''));
    return isRecord(value) ? value : 'not a JSON object';
  } catch {
    return 'not valid JSON';
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
