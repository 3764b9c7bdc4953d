import type { RecordedAgent } from '../../history/record-agent.js';

/**
 * A refusal must say what is wrong: with which file, or with the disk, in words for a person.
 *
 * @throws Error when it does not
 */
export function assertClear(text: string): void {
  const says = /(?:ENOSPC|EDQUOT|EIO|EMFILE|EACCES|EROFS|ESTALE|short write)/.test(text);
  if (!says || !text.includes('/')) throw new Error(`not a clear refusal: ${text}`);
}

/** Sends, whatever comes of it; an answer there must be, and a clear one. */
export async function sends(agent: RecordedAgent, to: string, text: string): Promise<void> {
  const sent = await agent.send(to, text);
  if (sent.outcome === 'unanswered') throw new Error(`no answer: ${sent.text}`);
  if (sent.outcome === 'refused') assertClear(sent.text);
}

/** The same that must be accepted. */
export async function accepted(agent: RecordedAgent, to: string, text: string): Promise<void> {
  const sent = await agent.send(to, text);
  if (sent.outcome !== 'accepted') throw new Error(`${sent.outcome}: ${sent.text}`);
}
