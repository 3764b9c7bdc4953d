import type { LineChild } from '../scripts/line-child.js';
import { idsOf } from '../scripts/mcp-client.js';
import { attachAgent, awake, type Agent } from '../tests/support/agents.js';
import { until } from '../tests/support/events.js';
import { listInbox, listMailbox } from '../tests/support/files.js';
import { startDaemon } from '../tests/support/daemon.js';
import type { Extras, Sandbox } from '../tests/support/sandbox.js';

export interface Pair {
  daemon: LineChild;
  sender: Agent;
  /** Its lane is proven: what is pushed is taken for seen and leaves the inbox at once. */
  recipient: Agent;
}

/** @param settings variables of the daemon */
export async function attachPair(sandbox: Sandbox, settings: Extras = {}): Promise<Pair> {
  const daemon = await startDaemon(sandbox, settings);
  const recipient = await attachAgent(sandbox, { name: 'recipient' });
  // Nothing is pushed to the sender, so its pipe carries answers only.
  const sender = await attachAgent(sandbox, { name: 'sender', lanes: 'tool' });
  await awake(recipient);
  await sendTo(sender, recipient, 'Do you read me?');
  const push = await recipient.waitForMessage('Do you read me?');
  const answer = await recipient.call('reply', { msg_id: idsOf(push)[0], text: 'I do.' });
  if (answer.isError) throw new Error(`reply failed: ${answer.text}`);
  await emptyInbox(sandbox, recipient);
  return { daemon, sender, recipient };
}

export async function sendTo(sender: Agent, recipient: Agent, text: string): Promise<void> {
  const answer = await sender.call('send', { to: recipient.name, text });
  if (answer.isError) throw new Error(`send failed: ${answer.text}`);
}

/**
 * Waits until the recipient has seen everything, and nothing is left to be done about it; what was not
 * pushed in full it reads itself.
 */
export async function emptyInbox(sandbox: Sandbox, recipient: Agent): Promise<void> {
  const isEmpty = async (): Promise<boolean> => {
    if (listInbox(sandbox, recipient.name).length === 0) return true;
    await recipient.call('check_inbox');
    return listInbox(sandbox, recipient.name).length === 0;
  };
  await until(isEmpty, `empty inbox of ${recipient.name}`, 60_000);
  const count = (folder: 'done' | 'receipts'): number =>
    listMailbox(sandbox, recipient.name, folder).length;
  await until(() => count('receipts') >= count('done'), 'receipts', 60_000);
}
