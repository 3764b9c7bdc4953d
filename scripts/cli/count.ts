import { Cc2ccError } from '../../protocol/errors.js';

/**
 * A count that an option gives; Infinity where it is not given.
 *
 * @throws Cc2ccError E_USAGE
 */
export function countOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Cc2ccError('E_USAGE', `"${text.slice(0, 40)}" is not a count.`);
}
