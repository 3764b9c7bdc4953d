import { findMail } from '../../mail/find-mail.js';
import { registryOf } from '../../mail/directory.js';
import { namedAgent } from '../../mail/recipient.js';
import { editTrust, listsOf } from '../../mail/trust-edit.js';
import type { HeldMessage } from '../../protocol/control.js';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { isMessageId } from '../../protocol/ids.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { inCommandWords } from '../cli/agent-name.js';
import { messageRecord, renderMessage } from '../cli/message-view.js';
import { print, printJson, say } from '../cli/output.js';
import { PostOffice } from '../cli/post-office.js';
import { assertPerson } from './person.js';

export interface InboxOptions {
  for?: string;
  json?: boolean;
}

/** Runs one of the commands of `cc2cc inbox`, with what is held. */
async function withHeld(
  what: string,
  wanted: string | undefined,
  act: (office: PostOffice, held: HeldMessage[], total: number) => Promise<number>,
): Promise<number> {
  assertPerson(what);
  const office = await PostOffice.open();
  try {
    const { messages, total } = await office.held();
    const to = wanted === undefined ? undefined : recipient(office.root, wanted);
    const mine = messages.filter((one) => to === undefined || one.to === to);
    return await act(office, mine, to === undefined ? total : mine.length);
  } finally {
    office.close();
  }
}

/** `cc2cc inbox`: what waits for a person's word, with its text. */
export function listHeld({ for: wanted, json }: InboxOptions): Promise<number> {
  return withHeld('cc2cc inbox', wanted, async ({ root, gate }, held, total) => {
    const found = held.flatMap(({ id, to }) => {
      const mail = findMail(root, to, id, gate.keys);
      return mail === undefined ? [] : [{ ...mail, repeated: false }];
    });
    if (json === true) {
      await printJson({ messages: found.map(messageRecord), total });
      return ExitCode.ok;
    }
    const terminal = terminalOf();
    for (const item of found) await print(...renderMessage(item, terminal));
    if (total === 0) say('No message waits for your approval.');
    else {
      if (total > found.length) say(`${total - found.length} more wait for your approval.`);
      say('To decide: cc2cc inbox approve <sender or id>, cc2cc inbox reject <sender or id>');
    }
    return ExitCode.ok;
  });
}

/** `cc2cc inbox approve`: a sender goes to the lists of those to whom it has written; an id goes alone. */
export function approve(wanted: string, { for: to, json }: InboxOptions): Promise<number> {
  return withHeld('cc2cc inbox approve', to, async ({ root }, held) => {
    const chosen = choose(held, wanted);
    await editTrust(root, hostPaths(root).locks, (document) => {
      for (const { id, from, to: name } of chosen) {
        const lists = listsOf(document, name);
        if (isMessageId(wanted)) lists.messages = [...new Set([...lists.messages, id])];
        else lists.allow = [...new Set([...lists.allow, from])];
      }
    });
    await tell('approved', chosen, json);
    return ExitCode.ok;
  });
}

/** `cc2cc inbox reject`: what is held goes to `rejected/`, and its sender is told. */
export function reject(wanted: string, { for: to, json }: InboxOptions): Promise<number> {
  return withHeld('cc2cc inbox reject', to, async (office, held) => {
    const chosen = choose(held, wanted);
    const names = [...new Set(chosen.map((one) => one.to))];
    const gone = new Set<string>();
    for (const name of names) {
      const ids = chosen.filter((one) => one.to === name).map(({ id }) => id);
      for (const id of await office.reject(name, ids)) gone.add(`${name} ${id}`);
    }
    const rejected = chosen.filter(({ id, to: name }) => gone.has(`${name} ${id}`));
    await tell('rejected', rejected, json);
    return rejected.length === chosen.length ? ExitCode.ok : ExitCode.failed;
  });
}

/** @throws Cc2ccError E_UNKNOWN_MESSAGE when nothing of the kind is held */
function choose(held: readonly HeldMessage[], wanted: string): HeldMessage[] {
  const chosen = held.filter(({ id, from }) => id === wanted || from === wanted);
  if (chosen.length > 0) return chosen;
  const isId: boolean = isMessageId(wanted);
  if (isId) {
    throw new Cc2ccError('E_UNKNOWN_MESSAGE', `${wanted} does not wait for approval.`, {
      hint: `What became of it: cc2cc status --message ${wanted}`,
    });
  }
  const what = `No message of "${wanted.slice(0, 64)}" waits for approval.`;
  throw new Cc2ccError('E_UNKNOWN_MESSAGE', what, {
    hint: 'See cc2cc inbox; to approve a sender beforehand: cc2cc trust',
  });
}

async function tell(
  what: 'approved' | 'rejected',
  messages: readonly HeldMessage[],
  json: boolean | undefined,
): Promise<void> {
  if (json === true) await printJson({ [what]: messages });
  else await print(...messages.map(({ id, from, to }) => `${what}: ${id} from ${from} to ${to}`));
}

function recipient(root: string, wanted: string): string {
  try {
    return namedAgent(registryOf(root), wanted);
  } catch (error) {
    throw inCommandWords(error);
  }
}
