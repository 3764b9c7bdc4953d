/** A server of a few lines for the tests of the MCP client: each method is one way to behave. */
import { createInterface } from 'node:readline';

interface Message {
  id?: unknown;
  method?: string;
  params?: Record<string, unknown>;
}

const write = (message: object): void => {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
};

const BEHAVIOURS: Record<string, (message: Message) => void> = {
  initialize: ({ id, params }) => {
    write({ id, result: { serverInfo: { name: 'fake' }, echo: params } });
  },
  'notifications/initialized': () => {
    write({ method: 'notifications/seen' });
  },
  'tools/list': ({ id }) => {
    write({ id, result: { tools: [{ name: 'echo' }] } });
  },
  'tools/call': ({ id, params }) => {
    const content = [{ type: 'text', text: JSON.stringify(params) }];
    write({ id, result: { content, isError: params?.['name'] === 'fail' } });
  },
  push: ({ id, params }) => {
    write({ method: 'notifications/claude/channel', params });
    write({ id, result: {} });
  },
  refuse: ({ id }) => {
    write({ id, error: { code: -32000, message: 'not today', data: { hint: 'tomorrow' } } });
  },
  twice: ({ id }) => {
    write({ id, result: { first: true } });
    write({ id, result: { first: false } });
  },
  babble: ({ id }) => {
    process.stdout.write('this is no JSON\n');
    write({ id, result: {} });
  },
  ask: ({ id }) => {
    write({ id: 'from-server', method: 'ping' });
    write({ id, result: {} });
  },
  complain: () => {
    process.stderr.write('something is wrong');
    process.exitCode = 3;
    process.stdin.destroy();
  },
  stay: ({ id }) => {
    setInterval(() => undefined, 1000); // outlives the end of stdin
    write({ id, result: {} });
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as Message;
  // An answer to `ask` is told as a notification, so that the client's user can see it.
  if (message.method === undefined) write({ method: 'notifications/answered', params: message });
  else BEHAVIOURS[message.method]?.(message);
});
