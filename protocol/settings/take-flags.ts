import { Cc2ccError } from '../errors.js';
import { setByFlag } from './resolve.js';
import type { Setting } from './setting.js';

/**
 * Takes the flags of settings out of arguments and lets them decide; for programs that are too thin for
 * a parser. `--flag value`, `--flag=value`, and for switches `--flag` or `--no-flag` alone.
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
    const setting = Object.values(settings).find(
      (one) => one.flag === flag || (isSwitch(one) && negated(one.flag) === arg),
    );
    if (setting === undefined) {
      others.push(arg);
      continue;
    }
    let text: string | undefined = setting.flag === flag ? '1' : '0';
    if (values.length > 0) text = values.join('=');
    else if (!isSwitch(setting)) text = left.shift();
    if (text === undefined || text === '') {
      throw new Cc2ccError('E_USAGE', `${setting.flag} takes a value.`);
    }
    setByFlag(setting, text);
  }
  return others;
}

function isSwitch({ type }: Setting): boolean {
  return type.kind === 'switch';
}

function negated(flag: string): string | undefined {
  return flag.startsWith('--no-') ? undefined : flag.replace('--', '--no-');
}
