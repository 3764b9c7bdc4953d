import type { SentLetter } from '../../protocol/control.js';

/** Where a message is, for people: its id, the recipient if that has another name now, the state. */
export function sentLine({ id, to, formerly, state }: SentLetter): string {
  const now = formerly === undefined ? '' : ` (${formerly} is called ${to} now)`;
  return `${id}${now}: ${state}`;
}
