/**
 * What a setting is. Data and plain functions, no schema library: the shim and the hooks read settings
 * too, and are thin.
 */

/** What a value may be, and how it is written as text in a variable or flag. */
export type SettingType =
  /** A number; `off` where the word is allowed too. */
  | { kind: 'number'; whole?: true; above?: number; min?: number; max?: number; off?: true }
  | { kind: 'choice'; of: readonly string[] }
  /** true or false; as text 1, 0, on, off, true, false. */
  | { kind: 'switch' }
  /** Some of these words in one string, with commas or blanks between. */
  | { kind: 'words'; of: readonly string[] }
  /** An absolute path, or one that begins with `~`. */
  | { kind: 'path' }
  | { kind: 'text' };

/** Who reads a setting: one of the four kinds of program. */
export type Reader = 'daemon' | 'session' | 'hooks' | 'commands';

export interface Setting {
  type: SettingType;
  /** In the order in which they are looked at; the first is ours. */
  variables: readonly [string, ...string[]];
  flag: `--${string}`;
  /** Undefined where there is none or it is found out; then `otherwise` says what happens. */
  default: number | string | boolean | undefined;
  otherwise?: string;
  /** Of a number. */
  unit?: string;
  readBy: readonly Reader[];
  /** Whose command line takes the flag, where that is not all of `readBy`. */
  flagOf?: readonly Reader[];
  /** Why it may not be in the file. */
  notInFile?: string;
  /** One phrase or two, for the help and the documentation. */
  about: string;
}

type TypeValue<T extends SettingType> = T extends { kind: 'number' }
  ? number | (T extends { off: true } ? 'off' : never)
  : T extends { kind: 'choice'; of: readonly (infer Word)[] }
    ? Word
    : T extends { kind: 'switch' }
      ? boolean
      : string;

/** The type of a setting's value; undefined is one where there is no default. */
export type ValueOf<S extends Setting> =
  TypeValue<S['type']> | (S['default'] extends undefined ? undefined : never);

/** What a value has to be: "a whole number from 20 to 10000". */
export function expectation(type: SettingType): string {
  switch (type.kind) {
    case 'number': {
      const { whole, above, min, max, off } = type;
      const number = whole === true ? 'a whole number' : 'a number';
      const range =
        max !== undefined
          ? above === undefined
            ? ` from ${min ?? 0} to ${max}`
            : ` above ${above}, at most ${max}`
          : above === undefined
            ? `, at least ${min ?? 0}`
            : ` above ${above}`;
      return number + range + (off === true ? ', or off' : '');
    }
    case 'choice':
      return oneOf(type.of);
    case 'switch':
      return 'true or false';
    case 'words':
      return `a list of ${type.of.join(', ')}`;
    case 'path':
      return 'an absolute path, or one that begins with ~';
    case 'text':
      return 'a text';
  }
}

/** Whether a value is what the type wants. */
export function fits(type: SettingType, value: unknown): boolean {
  switch (type.kind) {
    case 'number': {
      if (type.off === true && value === 'off') return true;
      if (typeof value !== 'number' || !Number.isFinite(value)) return false;
      if (type.whole === true && !Number.isSafeInteger(value)) return false;
      const { above = -Infinity, min = above === -Infinity ? 0 : above, max = Infinity } = type;
      return value > above && value >= min && value <= max;
    }
    case 'choice':
      return typeof value === 'string' && type.of.includes(value);
    case 'switch':
      return typeof value === 'boolean';
    case 'words': {
      const words = typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : [];
      return words.length > 0 && words.every((word) => type.of.includes(word));
    }
    case 'path':
      return typeof value === 'string' && /^(?:~(?=$|[/\\])|[/\\]|[A-Za-z]:[/\\])/.test(value);
    case 'text':
      return typeof value === 'string' && value !== '';
  }
}

/** As text: what the original writes, and the words of the choices of other settings. */
const SWITCH = new Map([
  ['1', true],
  ['true', true],
  ['on', true],
  ['0', false],
  ['false', false],
  ['off', false],
]);

/** The value that a text in a variable or flag stands for; it may still not fit. */
export function fromText(type: SettingType, text: string): unknown {
  if (type.kind === 'switch') return SWITCH.get(text) ?? text;
  // Not whatever Number() takes: 0x10, 1e9 and blanks are more likely slips.
  if (type.kind === 'number' && /^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  return text;
}

function oneOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
