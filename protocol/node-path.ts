import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A path to the Node program that is to be written down for later. */
export interface StableNode {
  path: string;
  /** Why it may be gone some day, and what helps then; for people. */
  warning?: string;
}

/** Folders that hold one version of Node each, by the tool that makes and removes them. */
interface Keeper {
  tool: string;
  /** Group 1 ends before the version; group 2, where there is one, is the major version. */
  folder: RegExp;
  /** Links to the version in use that the tool itself moves on. */
  links: (match: RegExpExecArray) => string[];
}

const KEEPERS: readonly Keeper[] = [
  {
    tool: 'nvm',
    folder: /^(.*[/\\]\.?nvm)[/\\](?:versions[/\\]node[/\\])?v\d+\.[^/\\]+[/\\]/,
    links: ([, nvm = '']) => [
      join(nvm, 'current', 'bin', 'node'),
      String.raw`C:\Program Files\nodejs\node.exe`,
    ],
  },
  {
    tool: 'fnm',
    folder: /^(.*[/\\]\.?fnm)(?:_multishells|[/\\]node-versions)[/\\]/,
    links: ([, fnm = '']) => [join(fnm, 'aliases', 'default', 'bin', 'node')],
  },
  {
    tool: 'volta',
    folder: /^(.*[/\\]\.?volta)[/\\]tools[/\\]image[/\\]node[/\\]/i,
    links: () => [],
  },
  { tool: 'asdf', folder: /^(.*[/\\]\.?asdf)[/\\]installs[/\\]nodejs[/\\]/, links: () => [] },
  {
    tool: 'mise',
    folder: /^(.*[/\\](?:mise|rtx)[/\\]installs[/\\]node)[/\\](\d+)[^/\\]*[/\\]/,
    links: ([, installs = '', major = '']) =>
      [major, 'lts', 'latest'].map((name) => join(installs, name, 'bin', 'node')),
  },
  { tool: 'nodenv', folder: /^(.*[/\\]\.?nodenv)[/\\]versions[/\\]/, links: () => [] },
  {
    tool: 'Homebrew',
    folder: /^(.*)\/Cellar\/(node(?:@\d+)?)\//,
    links: ([, brew = '', formula = '']) => [
      join(brew, 'opt', formula, 'bin', 'node'),
      join(brew, 'bin', 'node'),
    ],
  },
  {
    tool: 'snap',
    folder: /^(\/snap\/node)\/\d+\//,
    links: ([, snap = '']) => [join(snap, 'current', 'bin', 'node')],
  },
  {
    tool: 'Nix',
    folder: /^(\/nix\/store)\//,
    links: () => [
      '/run/current-system/sw/bin/node',
      join(homedir(), '.nix-profile', 'bin', 'node'),
    ],
  },
  {
    tool: 'scoop',
    folder: /^(.*[/\\]scoop[/\\]apps[/\\]nodejs[^/\\]*)[/\\]\d[^/\\]*[/\\]/i,
    links: ([, app = '']) => [join(app, 'current', 'node.exe')],
  },
];

/**
 * A path to this very Node that an upgrade of it leaves in force, where there is one: version managers
 * and Homebrew keep each version in a folder of its own, and remove it.
 *
 * @param program of this process unless told; a real path
 */
export function stableNode(program: string = process.execPath): StableNode {
  const tool = versionedBy(program);
  if (tool === undefined) return { path: program };
  for (const link of [...linksTo(program), ...COMMON]) {
    if (realPath(link) === realPath(program)) return { path: link };
  }
  return {
    path: program,
    warning:
      `This Node is one version of ${tool} (${program}). When that version is removed, run ` +
      'cc2cc-daemon install again with the next one.',
  };
}

/** The tool that keeps what lies here for one version of Node only, and removes it with that. */
export function versionedBy(path: string): string | undefined {
  return KEEPERS.find(({ folder }) => folder.test(path))?.tool;
}

/** People make such links, to have one Node for all that is no shell. */
const COMMON = ['/usr/local/bin/node', '/usr/bin/node', join(homedir(), '.local', 'bin', 'node')];

function linksTo(program: string): string[] {
  return KEEPERS.flatMap(({ folder, links }) => {
    const match = folder.exec(program);
    return match === null ? [] : links(match);
  });
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // not there, or not for us: no path to build on
  }
}
