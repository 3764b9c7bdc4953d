/** An MCP server whose one tool asks the person at the terminal whether it shall go on (elicitation). */
import { createInterface } from 'node:readline';

interface Message {
  id?: unknown;
  method?: string;
  params?: { protocolVersion?: string };
  result?: { action?: string };
}

const write = (message: object): void => {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
};

const QUESTION = {
  mode: 'form',
  message: 'Shall the deployment go on?',
  requestedSchema: {
    type: 'object',
    properties: { sure: { type: 'boolean', title: 'Sure' } },
  },
};
const TOOL = {
  name: 'deploy',
  description: 'deploys',
  inputSchema: { type: 'object', properties: {} },
  _meta: { 'anthropic/alwaysLoad': true },
};

let called: unknown;
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, result } = JSON.parse(line) as Message;
  if (method === 'initialize') {
    const { protocolVersion } = params ?? {};
    const serverInfo = { name: 'asking', version: '1' };
    write({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === 'tools/list') write({ id, result: { tools: [TOOL] } });
  else if (method === 'tools/call') {
    called = id;
    write({ id: 'question', method: 'elicitation/create', params: QUESTION });
  } else if (id === 'question') {
    const content = [{ type: 'text', text: `the person said: ${result?.action}` }];
    write({ id: called, result: { content } });
  } else if (method !== undefined && id !== undefined) {
    write({ id, error: { code: -32601, message: 'Method not found' } });
  }
});
