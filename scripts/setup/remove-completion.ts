import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ownFile } from '../../mail/own-file.js';
import { tilde } from '../../protocol/terminal/text.js';
import { removeAll } from './remove-files.js';
import { attempt, type Step } from './step.js';

/** The first lines of the scripts that `cc2cc completion` prints. */
const HEADER = /^(?:#compdef cc2cc\n)?# (?:bash|zsh|fish) completion for cc2cc$/m;

/** Removes completion scripts of ours from where `cc2cc completion --help` says to put them. */
export function removeCompletions(dryRun: boolean): Promise<Step> {
  return attempt('completion', () => {
    const gone = removeAll(standardPlaces().filter(isOurScript), dryRun);
    if (gone.length === 0) return { done: 'absent' };
    return { done: 'removed', note: gone.map((path) => tilde(path)).join(', ') };
  });
}

/** Scripts that were added to a file with other things in it, as sentences. */
export function leftCompletions(): string[] {
  return ['.bashrc', '.bash_profile', '.zshrc']
    .map((name) => join(homedir(), name))
    .filter((path) => headOf(path, 1 << 20).match(HEADER) !== null)
    .map((path) => `${tilde(path)} has the completion script in it`);
}

function standardPlaces(): string[] {
  const data = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  const config = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return [
    join(data, 'bash-completion', 'completions', 'cc2cc'),
    join(homedir(), '.local', 'share', 'bash-completion', 'completions', 'cc2cc'),
    join(homedir(), '.zfunc', '_cc2cc'),
    join(config, 'fish', 'completions', 'cc2cc.fish'),
    join(homedir(), '.config', 'fish', 'completions', 'cc2cc.fish'),
  ].filter((path, nth, all) => all.indexOf(path) === nth);
}

function isOurScript(path: string): boolean {
  return HEADER.exec(headOf(path, 200))?.index === 0;
}

function headOf(path: string, length: number): string {
  try {
    return ownFile(path) === undefined ? '' : readFileSync(path, 'utf8').slice(0, length);
  } catch {
    return ''; // not to be read: then nobody can say that it is ours
  }
}
