/** What cc2cc builds upon in the client. When these fail, the client has changed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/events.js';
import { linesIn } from '../support/lines.js';
import { useTool } from './support/answer.js';
import { claudeTest } from './support/world.js';

claudeTest('the shim is a child of the client and told of its session', async (world) => {
  const ann = await world.start('ann');
  const [shim] = world.shims();
  assert.match(
    readFileSync(`/proc/${shim}/status`, 'utf8'),
    new RegExp(`^PPid:\t${ann.pid}$`, 'm'),
  );
  const environ = readFileSync(`/proc/${shim}/environ`, 'utf8').split('\0');
  const names = environ
    .map((pair) => pair.split('=', 1)[0])
    .filter((name) => /^CLAUDE/.test(name!));
  for (const name of ['SESSION_ID', 'ENTRYPOINT', 'MESSAGING_SOCKET', 'MESSAGING_TOKEN']) {
    assert.ok(
      names.includes(`CLAUDE_CODE_${name}`),
      `no CLAUDE_CODE_${name} in ${names.join(' ')}`,
    );
  }
  assert.ok(environ.includes('CLAUDE_CODE_ENTRYPOINT=cli'));
});

claudeTest('what a hook adds reaches the model; it knows the pid of the client', async (world) => {
  const script = `console.log('the hook of ' + process.env.CLAUDE_PID)`;
  const command = `${process.execPath} -e "${script}"`;
  const hooks = { UserPromptSubmit: [{ hooks: [{ type: 'command', command }] }] };
  const ann = await world.start('ann', { settings: { hooks } });
  await ann.type('hello');
  await ann.model.given(new RegExp(`the hook of ${ann.pid}\\b`));
});

claudeTest('a hook is told when it runs in a subagent', async (world) => {
  const told = join(world.sandbox.dir, 'told.jsonl');
  const command = `tr -d '\\n' >> '${told}'; echo >> '${told}'`;
  const hooks = { PostToolUse: [{ hooks: [{ type: 'command', command }] }] };
  const ann = await world.start('ann', { settings: { hooks } });
  const helper = {
    description: 'helps',
    prompt: 'the helper digs',
    subagent_type: 'general-purpose',
  };
  ann.model.when(/^delegate it$/m, useTool('Agent', helper));
  ann.model.when(/^the helper digs$/m, useTool('Bash', { command: 'true' }));
  ann.model.when(/^delegate nothing$/m, useTool('Bash', { command: 'true' }));
  await ann.type('delegate nothing');
  await ann.idle();
  await ann.type('delegate it');
  const inputs = (): Record<string, unknown>[] =>
    linesIn(told)
      .filter((line) => line.includes('"Bash"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  await until(() => inputs().length === 2, 'both hooks', 20_000);
  assert.deepEqual(
    inputs().map((input) => typeof input['agent_id']),
    ['undefined', 'string'],
  );
  const [own, sub] = inputs().map((input) => input['session_id']);
  assert.equal(own, sub);
  await ann.idle();
});

claudeTest('what is typed while the model thinks is given to it afterwards', async (world) => {
  const ann = await world.start('ann');
  const release = ann.model.hold(/otters ponder/);
  await ann.type('otters ponder');
  await ann.model.given(/otters ponder/);
  await ann.type('and then they swim');
  release();
  await ann.model.given(/and then they swim/);
  await ann.idle();
});
