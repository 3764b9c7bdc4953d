import { optionsWithValue, type CompletedOption, type Expected, type Place } from './model.js';

/** A completion script for fish. */
export function fishCompletion(places: readonly Place[]): string {
  const flags = optionsWithValue(places);
  const variadic = flags.filter((flag) => flag.variadic);
  const others = flags.filter((flag) => !flag.variadic);
  const within = (option: string): string => `complete -c cc2cc -n "__cc2cc_within '${option}'"`;
  return `# fish completion for cc2cc

function __cc2cc_agents
    set -l root $CC2CC_BRIDGE_DIR
    test -n "$root"; or set root $BRIDGE_DIR
    test -n "$root"; or set root $HOME/.cc2cc
    set root (string replace -r '^~' $HOME -- $root)
    for path in $root/to-*/ $root/status/*-heartbeat.json
        string replace -r '/$' '' -- $path | string replace -r '^.*/(to-)?' '' |
            string replace -r -- '-heartbeat\\.json$' '' |
            string match -r '^[a-z0-9][a-z0-9-]{0,30}$'
    end | sort -u
end

# The command that the words so far have come to, how many words were given to it, and the option
# that takes all that follow.
function __cc2cc_place
    set -l words (commandline -opc)
    set -l place cc2cc
    set -l position 0
    set -l skip 0
    set -l within ''
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$place $word"
            case ${list(places.slice(1).map(({ path }) => path))}
                set place "$place $word"
                set position 0
                set within ''
            case ${list(variadic.map(({ path, flag }) => `${path} ${flag}`))}
                set within "$place $word"
            case ${list(others.map(({ path, flag }) => `${path} ${flag}`))}
                set skip 1
                set within ''
            case '* -*'
                set within ''
            case '*'
                test -n "$within"; or set position (math $position + 1)
        end
    end
    echo $place
    echo $position
    echo $within
end

function __cc2cc_at # place, and perhaps a position or one after which all are meant
    set -l found (__cc2cc_place)
    test "$found[1]" = "$argv[1]"; or return 1
    switch "$argv[2]"
        case ''
            return 0
        case '*'
            test -z "$found[3]"; or return 1
    end
    switch "$argv[2]"
        case '*+'
            test $found[2] -ge (string trim -r -c + -- $argv[2])
        case '*'
            test $found[2] = "$argv[2]"
    end
end

function __cc2cc_within # the option, with its command
    set -l found (__cc2cc_place)
    test "$found[3]" = "$argv[1]"
end

complete -c cc2cc -f
${places.flatMap(linesOf).join('\n')}
${variadic.flatMap(({ path, flag, value }) => argument(within(`${path} ${flag}`), value)).join('\n')}
`;
}

function linesOf({ path, commands, options, positions, rest }: Place): string[] {
  const at = (position: string): string =>
    `complete -c cc2cc -n "__cc2cc_at '${path}' ${position}"`;
  return [
    ...commands.map(({ name, about }) => `${at('0')} -a ${name} -d ${text(about)}`),
    ...options.map((option) => `${at('').replace(' "', '"')} ${optionOf(option)}`),
    ...positions.flatMap((expected, position) => argument(at(String(position)), expected)),
    ...argument(at(`${positions.length}+`), rest),
  ];
}

function optionOf({ flags, about, value }: CompletedOption): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  );
  return [...names, ...(value === undefined ? [] : valueOf(value)), '-d', text(about)].join(' ');
}

function valueOf(expected: Expected): string[] {
  switch (expected.kind) {
    case 'files':
      return ['-r', '-F'];
    case 'nothing':
      return ['-x'];
    default:
      return ['-x', '-a', given(expected)];
  }
}

function argument(condition: string, expected: Expected): string[] {
  switch (expected.kind) {
    case 'files':
      return [`${condition} -F`];
    case 'nothing':
      return [];
    default:
      return [`${condition} -a ${given(expected)}`];
  }
}

function given(expected: Expected & { kind: 'agents' | 'words' }): string {
  return expected.kind === 'agents' ? "'(__cc2cc_agents)'" : text(expected.words.join(' '));
}

function list(patterns: readonly string[]): string {
  return patterns.length === 0 ? "''" : patterns.map(text).join(' ');
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
