import { isRecord } from '../../../protocol/json.js';

type Body = Record<string, unknown>;

/** What a tool answered, as the model is given it. */
export interface ToolOutcome {
  id: string;
  text: string;
  isError: boolean;
}

/**
 * The texts that this request brings to the model for the first time: all after its last answer.
 * What arrives while the client works has the role `system` there, so the role does not matter.
 */
export function newTexts(body: Body): string[] {
  return newBlocks(body).flatMap((block) => {
    if (block['type'] === 'text' && typeof block['text'] === 'string') return [block['text']];
    return block['type'] === 'tool_result' ? [textOf(block['content'])] : [];
  });
}

export function toolResults(body: Body): ToolOutcome[] {
  return newBlocks(body)
    .filter((block) => block['type'] === 'tool_result')
    .map((block) => ({
      id: String(block['tool_use_id']),
      text: textOf(block['content']),
      isError: block['is_error'] === true,
    }));
}

/** The system prompt: the client's own, with the instructions of the MCP servers. */
export function systemText(body: Body): string {
  return textOf(body['system']);
}

/** The names of the tools that the model may call in this request. */
export function toolNames(body: Body): string[] {
  return records(body['tools']).map((tool) => String(tool['name']));
}

function newBlocks(body: Body): Body[] {
  const messages = records(body['messages']);
  const last = messages.findLastIndex((message) => message['role'] === 'assistant');
  return messages.slice(last + 1).flatMap(({ content }) => blocksOf(content));
}

function blocksOf(content: unknown): Body[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : records(content);
}

function textOf(content: unknown): string {
  return blocksOf(content)
    .map((block) => block['text'])
    .filter((text) => typeof text === 'string')
    .join('\n');
}

function records(value: unknown): Body[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
