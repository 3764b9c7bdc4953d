import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instructionsFor } from '../../../daemon/mcp/instructions.js';
import { TOOL_LIST, TOOLS } from '../../../daemon/mcp/tools/index.js';

/** What every session pays for; the tests hold it, so that it does not grow unnoticed. */
const MAX_CHARACTERS = 4000;

const isLoaded = (tool: object): boolean => '_meta' in tool;

test('instructions and the tools that every session loads fit into 4,000 characters', () => {
  const loaded = TOOL_LIST.filter(isLoaded);
  const characters = instructionsFor('x'.repeat(31)).length + JSON.stringify(loaded).length;
  assert.ok(characters <= MAX_CHARACTERS, `${characters}`);
});

test('send, reply, check_inbox and list_agents are loaded from the start, and no others', () => {
  assert.deepEqual(
    TOOL_LIST.filter(isLoaded)
      .map(({ name }) => name)
      .sort(),
    ['check_inbox', 'list_agents', 'reply', 'send'],
  );
  for (const tool of TOOL_LIST) {
    if ('_meta' in tool) assert.deepEqual(tool._meta, { 'anthropic/alwaysLoad': true });
  }
});

test('the tools are these, each with a description and a closed schema', () => {
  assert.deepEqual(TOOL_LIST.map(({ name }) => name).sort(), [
    'ask',
    'broadcast',
    'check_inbox',
    'delegate_task',
    'list_agents',
    'list_tasks',
    'message_status',
    'notify_when_idle',
    'register',
    'reply',
    'send',
    'set_summary',
    'update_task',
    'wait_for_message',
    'whoami',
  ]);
  for (const { name, description, inputSchema } of TOOL_LIST) {
    assert.ok(description.length > 20, name);
    const schema: Record<string, unknown> = inputSchema;
    assert.equal(schema['type'], 'object', name);
    assert.equal(schema['additionalProperties'], false, name);
    assert.equal(schema['$schema'], undefined, name);
    const properties = Object.keys(schema['properties'] ?? {});
    for (const required of (schema['required'] ?? []) as string[]) {
      assert.ok(properties.includes(required), `${name}: ${required}`);
    }
  }
});

test('only tools that change nothing say so', () => {
  assert.deepEqual(
    TOOLS.filter(({ readOnly }) => readOnly).map(({ name }) => name),
    ['list_agents', 'whoami', 'message_status', 'list_tasks'],
  );
});

test('instructions name the agent only where it has a name', () => {
  assert.match(instructionsFor('brave-fox'), /You are the agent "brave-fox"/);
  assert.doesNotMatch(instructionsFor(undefined), /You are the agent/);
});
