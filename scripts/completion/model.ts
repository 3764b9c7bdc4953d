import type { Argument, Command, Option } from 'commander';

/** What a shell may offer at one place of a command line. */
export type Expected =
  | { kind: 'agents' }
  | { kind: 'files' }
  | { kind: 'words'; words: readonly string[] }
  /** Texts, numbers, times: nothing that could be known. */
  | { kind: 'nothing' };

export interface CompletedOption {
  /** As they are typed: `--json`, `-n`. */
  flags: string[];
  about: string;
  /** Undefined for an option that takes no value, or need not. */
  value: Expected | undefined;
  /** All words after it that are no options are its values. */
  variadic: boolean;
}

/** A command, or the program itself, for the shells. */
export interface Place {
  /** The words that lead to it: `cc2cc send`. */
  path: string;
  commands: { name: string; about: string }[];
  options: CompletedOption[];
  /** What is expected at each position after it. */
  positions: Expected[];
  /** What is expected at all positions after those. */
  rest: Expected;
}

const AGENTS: Expected = { kind: 'agents' };
const NOTHING: Expected = { kind: 'nothing' };

/** What the placeholders of our helps stand for: `<to>`, `[agent]`, `<names...>`. */
const PLACEHOLDERS: Readonly<Record<string, Expected>> = {
  agent: AGENTS,
  agents: AGENTS,
  assignee: AGENTS,
  name: AGENTS,
  names: AGENTS,
  sender: AGENTS,
  to: AGENTS,
  file: { kind: 'files' },
  path: { kind: 'files' },
};

/** The program and all its commands, the outer ones first. */
export function placesOf(program: Command, path = program.name()): Place[] {
  const children = program.commands.filter((child) => child.name() !== 'help');
  const commands = children.map((child) => ({ name: child.name(), about: firstLine(child) }));
  const args = program.registeredArguments.map(ofArgument);
  const last = program.registeredArguments.at(-1);
  const help = {
    flags: ['-h', '--help'],
    about: 'display help',
    value: undefined,
    variadic: false,
  };
  const own: Place = {
    path,
    commands,
    options: [...program.options.filter(({ hidden }) => !hidden).map(ofOption), help],
    positions: args,
    rest: last?.variadic === true ? ofArgument(last) : NOTHING,
  };
  return [own, ...children.flatMap((child) => placesOf(child, `${path} ${child.name()}`))];
}

/** The options of all places by what they expect, with the words that lead to each. */
export function optionsWithValue(
  places: readonly Place[],
): { path: string; flag: string; value: Expected; variadic: boolean }[] {
  return places.flatMap(({ path, options }) =>
    options.flatMap(({ flags, value, variadic }) =>
      value === undefined ? [] : flags.map((flag) => ({ path, flag, value, variadic })),
    ),
  );
}

function ofOption(option: Option): CompletedOption {
  const placeholder = /[<[]([\w-]+)/.exec(option.flags)?.[1];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    about: option.description,
    // A value that may be missing cannot be told from what comes next.
    value: option.required ? expectedBy(option.argChoices, placeholder) : undefined,
    variadic: option.variadic,
  };
}

function ofArgument(argument: Argument): Expected {
  return expectedBy(argument.argChoices, argument.name());
}

function expectedBy(choices: readonly string[] | undefined, placeholder = ''): Expected {
  if (choices !== undefined) return { kind: 'words', words: choices };
  return (
    (Object.hasOwn(PLACEHOLDERS, placeholder) ? PLACEHOLDERS[placeholder] : undefined) ?? NOTHING
  );
}

function firstLine(command: Command): string {
  return command.description().split('\n')[0] ?? '';
}
