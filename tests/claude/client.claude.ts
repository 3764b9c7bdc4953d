/** What cc2cc builds upon in the client. When these fail, the client has changed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
