import { optionsWithValue, type Expected, type Place } from './model.js';

/** A completion script for zsh, as a function of `fpath` or to be sourced. */
export function zshCompletion(places: readonly Place[]): string {
  const values = optionsWithValue(places);
  return `#compdef cc2cc
# zsh completion for cc2cc

_cc2cc_agents() {
  local root=\${CC2CC_BRIDGE_DIR:-\${BRIDGE_DIR:-$HOME/.cc2cc}} name
  local -a found
  [[ $root == '~'* ]] && root=$HOME\${root#\\~}
  for name in "$root"/to-*(N/:t) "$root"/status/*-heartbeat.json(N:t); do
    name=\${\${name#to-}%-heartbeat.json}
    [[ $name != -* && -z \${name//[a-z0-9-]/} && $#name -le 31 ]] && found+=($name)
  done
  compadd -- $found
}

_cc2cc() {
  local cc2cc_path=cc2cc option= word
  local -a offered
  integer position=0 i
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    case "$cc2cc_path $word" in
${places
  .slice(1)
  .map(({ path }) => `      ('${path}') cc2cc_path='${path}'; position=0; option= ;;`)
  .join('\n')}
${alternatives(values.filter(({ variadic }) => variadic))} option=$word ;;
${alternatives(values.filter(({ variadic }) => !variadic))}
        option=$word
        # Its value is not what was asked for, unless it is being typed.
        if ((i + 1 < CURRENT)); then ((i++)); option=; fi
        ;;
      (*' '-*) option= ;;
      (*) [[ -n $option ]] || ((position++)) ;;
    esac
  done
  if [[ $PREFIX == --*=* ]]; then
    option=\${PREFIX%%=*}
    compset -P '*='
  fi
  if [[ -n $option && $PREFIX != -* ]]; then
    case "$cc2cc_path $option" in
${values.map(({ path, flag, value }) => `      ('${path} ${flag}') ${offer(value)} ;;`).join('\n')}
    esac
    return
  fi
  if [[ $PREFIX == -* ]]; then
    case $cc2cc_path in
${places
  .map(({ path, options }) => {
    const described = options.flatMap(({ flags, about }) => flags.map((flag) => [flag, about]));
    return `      ('${path}') offered=(${described.map(describe).join(' ')}) ;;`;
  })
  .join('\n')}
    esac
    _describe -o option offered
    return
  fi
  case "$cc2cc_path $position" in
${places.flatMap(positionsOf).join('\n')}
  esac
}

if [[ $funcstack[1] == _cc2cc ]]; then _cc2cc "$@"; else compdef _cc2cc cc2cc; fi
`;
}

function alternatives(values: readonly { path: string; flag: string }[]): string {
  const patterns = values.map(({ path, flag }) => `'${path} ${flag}'`);
  return `      (${patterns.length === 0 ? "''" : patterns.join('|')})`;
}

function positionsOf({ path, commands, positions, rest }: Place): string[] {
  const described = commands.map(({ name, about }) => describe([name, about])).join(' ');
  const lines =
    commands.length > 0
      ? [`      ('${path} 0') offered=(${described}); _describe command offered ;;`]
      : [];
  const known = positions.map((expected, at) => `      ('${path} ${at}') ${offer(expected)} ;;`);
  return [...lines, ...known, `      ('${path} '[0-9]*) ${offer(rest)} ;;`];
}

function offer(expected: Expected): string {
  switch (expected.kind) {
    case 'words':
      return `compadd -- ${expected.words.join(' ')}`;
    case 'agents':
      return '_cc2cc_agents';
    case 'files':
      return '_files';
    case 'nothing':
      return ':';
  }
}

/** `'word:what it is'`, for `_describe`. */
function describe([word = '', about = '']: readonly string[]): string {
  return `'${word.replaceAll(':', '\\:')}:${about.replaceAll("'", "'\\''")}'`;
}
