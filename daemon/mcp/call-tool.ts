import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { Cc2ccError, sentenceOf } from '../../protocol/errors.js';
import { INBOX_BYTES, RIDING_BYTES, takeInbox } from '../lanes/inbox-block.js';
import { heldLine } from '../lanes/unapproved.js';
import { TOOLS } from './tools/index.js';
import type { ToolAnswer, ToolCall } from './tools/tool.js';

const BY_NAME = new Map(TOOLS.map((tool) => [tool.name, tool]));

/**
 * Runs a tool for a session. Whatever goes wrong is a result that the model can read and act upon.
 * Waiting messages ride on every result. When the client cancels the request no result is sent, and
 * the messages on it go on waiting.
 */
export async function callTool(
  name: string,
  args: unknown,
  call: ToolCall,
): Promise<CallToolResult> {
  const { office, session, requestId, signal } = call;
  let answer: ToolAnswer;
  let isError = false;
  try {
    const tool = BY_NAME.get(name);
    if (tool === undefined) throw new Cc2ccError('E_USAGE', `cc2cc has no tool "${name}".`);
    answer = await tool.call(args, call);
  } catch (error) {
    isError = true;
    answer = { text: errorText(error) };
    if (!(error instanceof Cc2ccError || error instanceof z.ZodError)) {
      office.log.error({ err: error, tool: name }, 'tool failed');
    }
  }
  const asked = answer.inbox === true;
  const { messages: reserved = [] } = answer;
  if (signal.aborted) {
    for (const entry of reserved) entry.taken = false;
    session.offer();
  }
  const block = signal.aborted
    ? undefined
    : takeInbox(session, {
        lane: 'tool',
        bytes: asked || reserved.length > 0 ? INBOX_BYTES : RIDING_BYTES,
        unconfirmed: asked,
        reserved,
      });
  if (block === undefined && reserved.length > 0) session.offer(); // they are gone, and nobody waits for them
  const nothing = asked ? 'No messages wait for you.' : undefined;
  const held = asked ? heldLine(session) : undefined;
  const text = [answer.text, block?.text ?? nothing, held].filter(Boolean).join('\n\n');
  if (block !== undefined) {
    session.transport.afterSend(requestId, (sent) => {
      block.finish(sent ? 'seen' : 'not sent');
      session.offer(); // what was not to overtake it
    });
    signal.addEventListener('abort', () => {
      session.transport.forget(requestId);
    });
  }
  return {
    content: [{ type: 'text', text }],
    ...(isError ? { isError } : {}),
    ...(block === undefined ? {} : { _meta: { 'cc2cc/ids': block.ids } }),
  };
}

function errorText(error: unknown): string {
  if (!(error instanceof z.ZodError)) return sentenceOf(error);
  return `Wrong arguments: ${error.issues.map(issueText).join('; ')}.`;
}

function issueText(issue: z.core.$ZodIssue): string {
  const name = issue.path.join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return `there is no argument ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    case 'invalid_type':
      return name === '' ? 'they must be an object' : `"${name}" must be a ${issue.expected}`;
    default:
      return `"${name}": ${issue.message}`;
  }
}
