import { join } from 'node:path';
import { isRecord } from '../../protocol/json.js';
import { SHIM } from '../installed.js';
import { lastPart } from './command-words.js';
import { missingOf, sameFile, type Whose } from './installation.js';
import { claudePlaces, type ClaudePlaces } from './places.js';
import { readClientJson } from './read-file.js';

/** The name that our server is registered by. */
export const SERVER_NAME = 'cc2cc';

/** An MCP server that runs a shim of ours or bears our name, as a file of the client has it. */
export interface Registration {
  /** As in `claude mcp add --scope`. */
  scope: 'user' | 'local' | 'project';
  /** The file that it stands in. */
  file: string;
  /** The project folder; undefined for scope `user`. */
  project: string | undefined;
  name: string;
  /** `''` for a server that is no program, such as an address. */
  command: string;
  args: string[];
  /** Variables that it is given. They may be secrets, as the arguments of others: never to be shown. */
  env: Record<string, string>;
  /** `foreign`: it has our name and runs something else. */
  whose: Whose;
  /** Absolute paths in it at which nothing is: the Node program, the shim. */
  missing: string[];
}

export interface Registrations {
  found: Registration[];
  /** What could not be read, as sentences; there may be more than was found then. */
  problems: string[];
}

/**
 * What is registered with Claude Code: for the user, for single projects, and in the `.mcp.json` of
 * the working folder. Reads files only, starts nothing. Never throws.
 */
export function readRegistrations({
  places = claudePlaces(),
  cwd = process.cwd(),
  shim = SHIM,
}: { places?: ClaudePlaces; cwd?: string; shim?: string } = {}): Registrations {
  const problems: string[] = [];
  const read = (file: string): Record<string, unknown> => {
    const json = readClientJson(file);
    if (json.kind === 'bad') problems.push(`${file}: ${json.reason}.`);
    if (json.kind !== 'value') return {};
    if (isRecord(json.value)) return json.value;
    problems.push(`${file}: not a JSON object.`);
    return {};
  };
  const state = read(places.state);
  const inProject = join(cwd, '.mcp.json');
  const found = [
    ...serversIn(state, { scope: 'user', file: places.state, project: undefined }, shim),
    ...Object.entries(recordOf(state['projects'])).flatMap(([project, value]) =>
      serversIn(value, { scope: 'local', file: places.state, project }, shim),
    ),
    ...serversIn(read(inProject), { scope: 'project', file: inProject, project: cwd }, shim),
  ];
  return { found, problems };
}

/** What it runs, for people: the path of the shim, or of what is none of ours only the program. */
export function shownServer({ command, args, whose, missing }: Registration): string {
  if (command === '') return 'a server at an address';
  const shim = whose === 'foreign' ? undefined : args.find((arg) => isShim(arg));
  const program = shim ?? (args.length === 0 ? command : `${command} …`);
  return missing.length === 0 ? program : `${program}, which is gone`;
}

/** Whether it is what would be registered now. */
export function isCurrent(
  { whose, command, args }: Registration,
  node: string,
  shim: string = SHIM,
): boolean {
  return whose === 'this' && command === node && args.length === 1 && args[0] === shim;
}

function serversIn(
  holder: unknown,
  place: Pick<Registration, 'scope' | 'file' | 'project'>,
  shim: string,
): Registration[] {
  return Object.entries(recordOf(recordOf(holder)['mcpServers'])).flatMap(([name, value]) => {
    const entry = recordOf(value);
    const command = typeof entry['command'] === 'string' ? entry['command'] : '';
    const given: unknown[] = Array.isArray(entry['args']) ? entry['args'] : [];
    const args = given.filter((arg) => typeof arg === 'string');
    const ours = [command, ...args].find((word) => isShim(word));
    if (ours === undefined && name !== SERVER_NAME) return [];
    const whose = ours === undefined ? 'foreign' : sameFile(ours, shim) ? 'this' : 'other';
    const paths = ours === undefined || ours === command ? [command] : [command, ours];
    const env = Object.fromEntries(
      Object.entries(recordOf(entry['env'])).filter(
        (it): it is [string, string] => typeof it[1] === 'string',
      ),
    );
    return [{ ...place, name, command, args, env, whose, missing: missingOf(paths) }];
  });
}

function isShim(word: string): boolean {
  return /^cc2cc-shim(?:\.cjs|\.cmd|\.exe)?$/.test(lastPart(word));
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
