import { Cc2ccError } from '../../protocol/errors.js';

/**
 * A count that an option gives; Infinity where it is not given.
 *
 * @throws Cc2ccError E_USAGE
 */
export function countOf(option: string, text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Cc2ccError(
    'E_USAGE',
    `${option} takes a whole number from 1, not "${text.slice(0, 40)}".`,
  );
}
