import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { useTool } from './answer.js';
import { startFakeApi, type FakeApi } from './fake-api.js';

async function apiFor(t: TestContext): Promise<FakeApi> {
  const api = await startFakeApi();
  t.after(() => api.close());
  return api;
}

function post(url: string, body: object): Promise<Response> {
  return fetch(`${url}/v1/messages?beta=true`, { method: 'POST', body: JSON.stringify(body) });
}

const ask = (content: unknown, more: object = {}): object => ({
  model: 'm',
  tools: [{ name: 'x' }],
  messages: [{ role: 'user', content }],
  ...more,
});

test('each session has a model of its own, and rules of which the newest counts', async (t) => {
  const api = await apiFor(t);
  api.modelOf('ann').when(/otter/, 'never said');
  api.modelOf('ann').when(/(\w+) otter/, ([, word]) => `a ${word} one`);
  for (const [name, text] of [
    ['ann', 'a busy one'],
    ['ben', 'ok'],
  ] as const) {
    const answer = await post(api.urlOf(name), ask('busy otter'));
    const { content } = (await answer.json()) as { content: unknown };
    assert.deepEqual(content, [{ type: 'text', text }]);
  }
  assert.deepEqual(api.modelOf('ann').saw, ['busy otter']);
});

test('a turn is what came after the last answer, tool results included', async (t) => {
  const api = await apiFor(t);
  const waiting = api.modelOf('ann').given(/the result/);
  const result = { type: 'tool_result', tool_use_id: 'a', content: 'the result', is_error: true };
  const messages = [
    { role: 'user', content: 'old' },
    { role: 'assistant', content: 'older' },
    { role: 'user', content: [result] },
    { role: 'system', content: 'news' },
  ];
  await post(api.urlOf('ann'), ask('', { messages }));
  const { texts, results } = await waiting;
  assert.deepEqual(texts, ['the result', 'news']);
  assert.deepEqual(results, [{ id: 'a', text: 'the result', isError: true }]);
});

test('with stream, a tool call comes as events', async (t) => {
  const api = await apiFor(t);
  api.modelOf('ann').when(/go/, useTool('send', { to: 'ben' }));
  const text = await (await post(api.urlOf('ann'), ask('go', { stream: true }))).text();
  const events = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(events, [
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
  assert.match(text, /"name":"mcp__cc2cc__send","input":\{\}/);
  assert.match(text, /"partial_json":"\{\\"to\\":\\"ben\\"\}"/);
  assert.match(text, /"stop_reason":"tool_use"/);
});

test('a held model answers when it is released; requests without tools are no turns', async (t) => {
  const api = await apiFor(t);
  const model = api.modelOf('ann');
  const release = model.hold(/ponder/);
  const answer = post(api.urlOf('ann'), ask('ponder'));
  await model.given(/ponder/);
  await post(api.urlOf('ann'), ask('a title, please', { tools: [] }));
  release('done');
  assert.match(await (await answer).text(), /"text":"done"/);
  assert.equal(model.turns.length, 1);
});
