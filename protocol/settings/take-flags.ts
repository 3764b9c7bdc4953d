import { Cc2ccError } from '../errors.js';
import { setByFlag } from './resolve.js';
import type { Setting } from './setting.js';

/**
 * Takes the flags of settings out of arguments and lets them decide; for programs that are too thin for
 * a parser. `--flag value`, `--flag=value`, and for switches `--flag` alone.
 *
 * @returns the arguments that are none
 * @throws Cc2ccError E_USAGE for a value that is missing or wrong
 */
export function takeFlags(
  args: readonly string[],
  settings: Readonly<Record<string, Setting>>,
): string[] {
  const others: string[] = [];
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const [flag, ...values] = arg.split('=');
    const setting = Object.values(settings).find((one) => one.flag === flag);
    if (setting === undefined) {
      others.push(arg);
      continue;
    }
    const isSwitch = setting.type.kind === 'switch';
    const text = values.length > 0 ? values.join('=') : isSwitch ? '1' : left.shift();
    if (text === undefined || text === '') {
      throw new Cc2ccError('E_USAGE', `${setting.flag} takes a value.`);
    }
    setByFlag(setting, text);
  }
  return others;
}
