import type { Entry } from '../entry.js';
import type { Matches } from '../waiters.js';
import type { ToolCall } from './tools/tool.js';

/** A client that hears nothing for long may take the call for dead. */
const PROGRESS_MS = 10_000;

/** Longer waits are cut: a client gives up on a call of half an hour. */
export const MAX_WAIT_S = 1_700;

/**
 * Blocks a tool call until messages come that match, at most `seconds` from when the client made the
 * call, also when that was with a daemon before this one.
 *
 * @returns the messages, set aside for this call; none when time is up or the call was cancelled
 */
export async function waitForMessages(
  { office, session, stamp, signal, progress, park }: ToolCall,
  seconds: number,
  matches: Matches,
): Promise<Entry[]> {
  const mailbox = session.agent?.mailbox;
  if (mailbox === undefined) return [];
  office.evidence.collect(session);
  office.inboxes.look(session); // the directory is the truth, whatever rang or did not ring
  const begun = Math.min(stamp?.[0] ?? Date.now(), Date.now());
  const patience = new AbortController();
  const stop = (): void => {
    patience.abort();
  };
  const deadline = setTimeout(stop, Math.max(0, begun + seconds * 1000 - Date.now()));
  const ticker = setInterval(() => {
    const passed = Math.round((Date.now() - begun) / 1000);
    progress(passed, seconds, 'waiting for a message');
  }, PROGRESS_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await park(session.waiters.wait(mailbox, matches, patience.signal));
  } finally {
    clearTimeout(deadline);
    clearInterval(ticker);
    signal.removeEventListener('abort', stop);
  }
}
