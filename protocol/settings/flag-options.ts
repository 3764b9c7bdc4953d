import { Option, type Command } from 'commander';
import { Cc2ccError } from '../errors.js';
import { settingOf, type SettingKey } from './all.js';
import { setByFlag } from './resolve.js';
import type { Setting } from './setting.js';

/**
 * Gives a command the flags of some settings, and lets those that are given decide before its action,
 * or that of a subcommand, runs.
 */
export function addSettingFlags(command: Command, keys: readonly SettingKey[]): Command {
  const flags = keys
    .map(settingOf)
    .flatMap((setting) => optionsFor(setting).map((option) => ({ setting, option })));
  for (const { option } of flags) command.addOption(option);
  return command.hook('preAction', () => {
    for (const { setting, option } of flags) {
      const attribute = option.attributeName();
      if (command.getOptionValueSource(attribute) !== 'cli') continue;
      setByFlag(setting, textOf(setting, command.getOptionValue(attribute)));
    }
  });
}

function optionsFor(setting: Setting): Option[] {
  const { flag, type, unit, default: otherwise } = setting;
  if (type.kind !== 'switch') {
    const takes = type.kind === 'choice' ? type.of.join('|') : (unit ?? type.kind);
    return [new Option(`${flag} <${takes}>`, describe(setting))];
  }
  const yes = new Option(flag, describe(setting));
  return otherwise === false && !flag.startsWith('--no-')
    ? [yes, new Option(flag.replace('--', '--no-'), `not ${flag}`)]
    : [yes];
}

/** The text that stands for what the parser made of an option. */
function textOf(setting: Setting, value: unknown): string {
  if (typeof value === 'boolean') return value === setting.flag.startsWith('--no-') ? '0' : '1';
  if (typeof value === 'string' && value !== '') return value;
  throw new Cc2ccError('E_USAGE', `${setting.flag} takes a value.`);
}

/** For the help, where backticks are noise. */
function describe({ about, unit, type }: Setting): string {
  return (type.kind === 'number' ? `${unit ?? ''} ${about}` : about).trim().replaceAll('`', '');
}
