import { optionsWithValue, type Expected, type Place } from './model.js';

/**
 * A completion script for bash, 3.2 too, which macOS has. Agents are found by the shell alone, by the
 * folders of the bridge root: a process for each Tab would be felt.
 */
export function bashCompletion(places: readonly Place[]): string {
  const values = optionsWithValue(places);
  return `# bash completion for cc2cc

_cc2cc_agents() {
  local root=\${CC2CC_BRIDGE_DIR:-\${BRIDGE_DIR:-$HOME/.cc2cc}} path name
  [[ $root == '~'* ]] && root=$HOME\${root:1}
  for path in "$root"/to-*/ "$root"/status/*-heartbeat.json; do
    name=\${path%/}; name=\${name##*/}; name=\${name#to-}; name=\${name%-heartbeat.json}
    [[ $name =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] && printf '%s\\n' "$name"
  done
}

_cc2cc_offer() { # what is expected, then the words
  local kind=$1 IFS=$' \\t\\n'
  shift
  case $kind in
    words) COMPREPLY=($(compgen -W "$*" -- "$cur")) ;;
    agents) COMPREPLY=($(compgen -W "$(_cc2cc_agents)" -- "$cur")) ;;
    files)
      IFS=$'\\n'
      COMPREPLY=($(compgen -f -- "$cur"))
      type compopt &>/dev/null && compopt -o filenames
      ;;
  esac
}

_cc2cc() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path=cc2cc option= position=0 i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # bash makes three words of --type=task.
    if [[ $word == = ]]; then continue; fi
    if [[ \${COMP_WORDS[i-1]} == = && $i -gt 2 ]]; then option=; continue; fi
    case "$path $word" in
${places
  .slice(1)
  .map(({ path }) => `      '${path}') path='${path}'; position=0; option= ;;`)
  .join('\n')}
${alternatives(values.filter(({ variadic }) => variadic))}) option=$word ;;
${alternatives(values.filter(({ variadic }) => !variadic))})
        option=$word
        # Its value is not what was asked for, unless it is being typed.
        if ((i + 1 < COMP_CWORD)) && [[ \${COMP_WORDS[i+1]} != = ]]; then ((i++)); option=; fi
        ;;
      *' '-*) option= ;;
      *) [[ -n $option ]] || ((position++)) ;;
    esac
  done
  if [[ $cur == = ]]; then cur=; fi
  if [[ -n $option && $cur != -* ]]; then
    case "$path $option" in
${values.map(({ path, flag, value }) => `      '${path} ${flag}') ${offer(value)} ;;`).join('\n')}
    esac
    return
  fi
  if [[ $cur == -* ]]; then
    case $path in
${places.map(({ path, options }) => `      '${path}') ${offerWords(options.flatMap(({ flags }) => flags))} ;;`).join('\n')}
    esac
    return
  fi
  case "$path $position" in
${places.flatMap(positionsOf).join('\n')}
  esac
}

complete -F _cc2cc cc2cc
`;
}

function alternatives(values: readonly { path: string; flag: string }[]): string {
  const patterns = values.map(({ path, flag }) => `'${path} ${flag}'`);
  return `      ${patterns.length === 0 ? "''" : patterns.join('|')}`;
}

function positionsOf({ path, commands, positions, rest }: Place): string[] {
  const first = commands.map(({ name }) => name);
  const lines = first.length > 0 ? [`      '${path} 0') ${offerWords(first)} ;;`] : [];
  const known = positions.map((expected, at) => `      '${path} ${at}') ${offer(expected)} ;;`);
  return [...lines, ...known, `      '${path} '[0-9]*) ${offer(rest)} ;;`];
}

function offer(expected: Expected): string {
  switch (expected.kind) {
    case 'words':
      return offerWords(expected.words);
    case 'nothing':
      return ':';
    default:
      return `_cc2cc_offer ${expected.kind}`;
  }
}

function offerWords(words: readonly string[]): string {
  return `_cc2cc_offer words ${words.join(' ')}`;
}
