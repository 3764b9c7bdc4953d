import { SETTING_KEYS, settingOf, type SettingKey } from '../../protocol/settings/all.js';
import { expectation, type SettingType } from '../../protocol/settings/setting.js';

const HEAD = ['setting', 'flag', 'variable', 'value', 'default', 'read by', 'meaning'];

/** The table of docs/CONFIGURATION.md, as Markdown. */
export function settingsTable(): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...SETTING_KEYS.map(rowOf)];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function rowOf(key: SettingKey): string[] {
  const setting = settingOf(key);
  const { type, flag, flagOf, variables, default: value, otherwise, readBy, unit, about } = setting;
  const flags =
    type.kind === 'switch' && !flag.startsWith('--no-') ? [flag, negated(flag)] : [flag];
  return [
    `\`${key}\``,
    `${code(flags)}${flagOf === undefined ? '' : ` (${flagOf.join(', ')})`}`,
    code(variables),
    valueOf(type),
    value === undefined ? (otherwise ?? '') : `\`${JSON.stringify(value)}\``,
    readBy.join(', '),
    `${unit === undefined ? '' : `${unit} `}${about}${setting.notInFile === undefined ? '' : `. Not in the file: ${setting.notInFile}`}`,
  ];
}

/** Words as they stand in the file. */
function valueOf(type: SettingType): string {
  const phrase = expectation(type);
  if (type.kind === 'number') return phrase.replace(/\boff$/, '`"off"`');
  if (type.kind !== 'choice') return phrase;
  return phrase.replaceAll(/\w+(?=,| or |$)/g, (word) => `\`"${word}"\``);
}

function negated(flag: string): string {
  return flag.replace('--', '--no-');
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
