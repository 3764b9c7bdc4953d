import { Cc2ccError } from '../errors.js';
import { expectation, fits, fromText, type Setting } from './setting.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** Where a value is from. */
export type Source = 'flag' | 'variable' | 'file' | 'default';

/** The value of a setting that applies. */
export interface Resolved {
  value: unknown;
  source: Source;
  /** The flag, the variable or the file's path; undefined for a default. */
  name: string | undefined;
}

/** What is known of the file: its path, for errors, and a way to read it. */
export interface FileSource {
  path: string;
  read: () => Readonly<Record<string, unknown>>;
}

/** Variables of this process that a flag has set, by their flags. */
const flagged = new Map<string, string>();

/**
 * Lets a flag decide. It goes into the environment of this process before anything reads it: flags
 * come before variables, and what this process starts inherits them.
 *
 * @throws Cc2ccError E_USAGE that names the flag
 */
export function setByFlag(setting: Setting, text: string): void {
  checked(setting, fromText(setting.type, text), setting.flag);
  const [variable] = setting.variables;
  process.env[variable] = text;
  flagged.set(variable, setting.flag);
}

/** Variables that flags of this process have set. */
export function flaggedVariables(): ReadonlySet<string> {
  return new Set(flagged.keys());
}

/**
 * The value of a setting: from a flag, else a variable, else the file, else the default. An empty
 * variable counts as not set. The file is read only where neither flag nor variable says anything.
 *
 * @throws Cc2ccError E_USAGE (E_PATH for a path) that names the flag, the variable, or the file and key at fault
 */
export function resolve(key: string, setting: Setting, env: Env, file: FileSource): Resolved {
  for (const variable of setting.variables) {
    const text = env[variable];
    if (text === undefined || text === '') continue;
    const flag = env === process.env ? flagged.get(variable) : undefined;
    const name = flag ?? variable;
    const value = checked(setting, fromText(setting.type, text), name);
    return { value, source: flag === undefined ? 'variable' : 'flag', name };
  }
  const value = setting.notInFile === undefined ? ownValue(file.read(), key) : undefined;
  if (value !== undefined) {
    checked(setting, value, `${file.path}: ${key}`);
    return { value, source: 'file', name: file.path };
  }
  return { value: setting.default, source: 'default', name: undefined };
}

/** @throws Cc2ccError E_USAGE that begins with `name` */
export function checked(setting: Setting, value: unknown, name: string): unknown {
  if (fits(setting.type, value)) return value;
  throw new Cc2ccError(
    setting.type.kind === 'path' ? 'E_PATH' : 'E_USAGE',
    `${name}: expected ${expectation(setting.type)}, not ${shown(value)}.`,
    { hint: 'See: cc2cc config' },
  );
}

function ownValue(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
