import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

export interface TextBlock {
  type: 'text';
  text: string;
}
export interface ToolUse {
  type: 'tool_use';
  id: string;
  name: string;
  input: Record<string, unknown>;
}
export type Block = TextBlock | ToolUse;

interface Message {
  id: string;
  content: Block[];
  stop_reason: 'tool_use' | 'end_turn';
}

export function sayText(text: string): TextBlock {
  return { type: 'text', text };
}

/** What the client calls our server: as it was registered, or as the plugin's. */
export type ServerName = 'cc2cc' | 'plugin:cc2cc:cc2cc';

/** A call of one of our tools; a name with `__` or a capital (`Bash`) is taken as it stands. */
export function useTool(
  tool: string,
  input: Record<string, unknown> = {},
  server: ServerName = 'cc2cc',
): ToolUse {
  const ours = `mcp__${server.replaceAll(':', '_')}__${tool}`;
  const name = /__|^[A-Z]/.test(tool) ? tool : ours;
  return { type: 'tool_use', id: `toolu_${randomUUID().replaceAll('-', '')}`, name, input };
}

/** The answer of `POST /v1/messages` without `stream`. */
export function asMessage(model: unknown, content: Block[]): Message {
  const isCall = content.some(({ type }) => type === 'tool_use');
  return {
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    ...{ type: 'message', role: 'assistant', model, stop_sequence: null, usage: USAGE },
    content,
    stop_reason: isCall ? 'tool_use' : 'end_turn',
  };
}

const USAGE = {
  input_tokens: 100,
  output_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

/** The same as server-sent events. */
export function streamMessage(response: ServerResponse, message: Message): void {
  const send = (type: string, data: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  };
  const { content, stop_reason } = message;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': message.id });
  send('message_start', { message: { ...message, content: [], stop_reason: null } });
  for (const [index, block] of content.entries()) {
    const isText = block.type === 'text';
    const empty = isText ? sayText('') : { ...block, input: {} };
    const delta = isText
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_start', { index, content_block: empty });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  const usage = { output_tokens: USAGE.output_tokens };
  send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage });
  send('message_stop', {});
  response.end();
}
