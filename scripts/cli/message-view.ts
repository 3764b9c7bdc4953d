import type { SignatureState } from '../../mail/signing.js';
import { taskFact } from '../../mail/tasks/facts.js';
import { sentAt, type Message } from '../../protocol/envelope.js';
import { sanitizeText } from '../../protocol/sanitize.js';
import { paint, type Terminal } from '../../protocol/terminal/terminal.js';
import { oneLine, wrap } from '../../protocol/terminal/text.js';
import { clock } from '../../protocol/terminal/times.js';

/** A message that is shown to a person, and what is known of it. */
export interface Shown {
  message: Message;
  signature: SignatureState;
  repeated: boolean;
}

/** What a signature tells, in words. */
export const SIGNATURES: Readonly<Record<SignatureState, string>> = {
  verified: 'verified',
  unsigned: 'unsigned',
  invalid: '[SIGNATURE INVALID]',
  unchecked: 'signature not checked',
};

/** A head line with the facts, and the text, indented. Nothing in the text can pass for a head. */
export function renderMessage(
  { message, signature, repeated }: Shown,
  terminal: Terminal,
): string[] {
  const { id, from, to, type, priority, replyTo, broadcast, awaited } = message;
  const facts = [
    ...(type === 'message' ? [] : [type]),
    ...taskFact(message),
    ...(priority === 'normal' ? [] : [priority]),
    ...(broadcast === true ? ['broadcast'] : []),
    ...(typeof replyTo === 'string' ? [`answers ${replyTo}`] : []),
    ...(awaited === true ? ['its sender waits for your reply'] : []),
    SIGNATURES[signature],
    ...(repeated ? ['possibly repeated'] : []),
  ];
  const head = `${clock(sentAt(message))}  ${from} → ${to}  ${id}  (${facts.map(oneLine).join(', ')})`;
  const style = signature === 'invalid' ? 'red' : 'bold';
  const room = terminal.width === undefined ? undefined : Math.max(20, terminal.width - 2);
  const text = sanitizeText(message.content.text) || '(no text that can be shown)';
  return [
    ...wrap(head, terminal.width).map((line) => paint(terminal, style, line)),
    ...wrap(text, room).map((line) => `  ${line}`.trimEnd()),
    '',
  ];
}

/** The same for programs: the message as it is, and what is known of it. */
export function messageRecord({ message, signature, repeated }: Shown): object {
  return { ...message, signatureState: signature, repeated };
}
