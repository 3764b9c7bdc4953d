import { Cc2ccError } from '../../protocol/errors.js';

/**
 * The result of something that should not take so long.
 *
 * @throws Cc2ccError E_NO_DAEMON with the sentence when it does
 */
export async function withDeadline<T>(work: Promise<T>, ms: number, sentence: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Cc2ccError('E_NO_DAEMON', sentence));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
