import { sentenceOf } from '../../protocol/errors.js';
import type { Message } from '../../protocol/envelope.js';

/** Whether one party was told of a change. */
export interface Told {
  to: string;
  /** The message. */
  id: string;
  /** Where the message is; undefined where it could not be sent. */
  where: string | undefined;
  /** Why not. */
  problem: string | undefined;
}

/**
 * Posts what others are told of a change that stands. Each on its own: one full inbox must not keep the
 * news from the others.
 *
 * @param post says where the message is, as `handed to ben's session`
 */
export async function tell(
  messages: readonly Message[],
  post: (message: Message) => Promise<string>,
): Promise<Told[]> {
  return Promise.all(
    messages.map(async (message) => {
      const { id, to } = message;
      try {
        return { to, id, where: await post(message), problem: undefined };
      } catch (error) {
        return { to, id, where: undefined, problem: sentenceOf(error) };
      }
    }),
  );
}

/** One sentence a party. */
export function toldSentences(told: readonly Told[]): string {
  return told
    .map(({ to, id, where, problem }) =>
      where === undefined
        ? `${to} was not told: ${problem ?? 'unknown error'}`
        : `${to} is told by ${id}: ${where}.`,
    )
    .join(' ');
}
