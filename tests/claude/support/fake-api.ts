import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isRecord } from '../../../protocol/json.js';
import { asMessage, streamMessage } from './answer.js';
import { Model } from './model.js';

/** A stand-in for the model API on loopback: `POST /v1/messages` and what the client asks besides. */
export interface FakeApi {
  /** What `ANTHROPIC_BASE_URL` of a session must be; its path tells the sessions apart. */
  urlOf: (session: string) => string;
  /** The model behind one session: what it says, and what it was given. */
  modelOf: (session: string) => Model;
  models: () => Model[];
  close: () => Promise<void>;
}

export async function startFakeApi(): Promise<FakeApi> {
  const models = new Map<string, Model>();
  const modelOf = (session: string): Model => {
    const model = models.get(session) ?? new Model(session);
    models.set(session, model);
    return model;
  };
  const server = createServer((request, response) => {
    answer(request, response, modelOf).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (session) => `http://127.0.0.1:${port}/${session}`,
    modelOf,
    models: () => [...models.values()],
    close: async () => {
      for (const model of models.values()) model.end();
      server.closeAllConnections(); // a client that was killed leaves some half open
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  modelOf: (session: string) => Model,
): Promise<void> {
  const body = await bodyOf(request);
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, session = '', path = ''] = /^\/([^/]+)\/v1(\/.*)$/.exec(pathname) ?? [];
  if (request.method === 'POST' && path === '/messages') {
    const blocks = await modelOf(session).answer(body);
    const message = asMessage(body['model'], blocks);
    if (body['stream'] === true) streamMessage(response, message);
    else sendJson(response, 200, message);
  } else if (request.method === 'POST' && path === '/messages/count_tokens') {
    sendJson(response, 200, { input_tokens: 100 });
  } else if (request.method === 'HEAD') {
    response.writeHead(200).end();
  } else {
    const error = { type: 'not_found_error', message: 'the fake API has no such route' };
    sendJson(response, 404, { type: 'error', error });
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return {};
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
  return isRecord(body) ? body : {};
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
