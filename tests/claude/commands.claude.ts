/** The command line beside the real client. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cli } from '../support/cli.js';
import { until } from '../support/events.js';
import { useTool } from './support/answer.js';
import { surroundings } from './support/surroundings.js';
import { claudeTest } from './support/world.js';

claudeTest('cc2cc send wakes an idle session, and its answer ends --wait', async (world) => {
  const { start, sandbox } = world;
  const ann = await start('ann');
  await ann.idle();
  const asking = cli(sandbox, ['send', 'ann', 'which port?', '--from', 'cy', '--wait', '50s']);
  const { text: given } = await ann.model.given(/^> which port\?$/m);
  assert.match(given, /from cy, message, its sender waits for your reply, sent [^,]+, verified/);
  const [, id] = /^\[(msg-[\w-]+)\] from cy/m.exec(given) ?? [];
  await ann.idle();
  await ann.call('reply', { msg_id: id, text: '8080' });
  const { code, stdout } = await asking;
  assert.equal(code, 0);
  assert.match(stdout, /ann → cy[^]*\n {2}8080\n/);
});

claudeTest('a command in the shell of a session speaks for that session', async (world) => {
  const { start, sandbox } = world;
  const ann = await start('ann', {
    args: ['--allowedTools', 'Bash'],
    env: { CC2CC_NAME: undefined },
  });
  const { CC2CC } = await import('../support/cli.js');
  const command = `'${process.execPath}' '${CC2CC}' send cy 'from a shell'`;
  await cli(sandbox, ['receive', 'cy']); // no such agent yet
  await cli(sandbox, ['send', 'ann', 'hello', '--from', 'cy']);
  ann.model.when(/^run it$/m, useTool('Bash', { command }));
  await ann.type('run it');
  const read = await until(
    async () => {
      const { stdout } = await cli(sandbox, ['receive', 'cy', '--json']);
      return stdout === '' ? undefined : stdout;
    },
    'the message',
    20_000,
  );
  const who = (await world.online())[0];
  assert.equal((JSON.parse(read) as { from: string }).from, who);
});

claudeTest('cc2cc init --register registers the shim, once', async ({ run, sandbox }) => {
  const settings = join(sandbox.home, '.claude.json');
  const { mcpServers } = JSON.parse(readFileSync(settings, 'utf8')) as { mcpServers: object };
  const removed = await run('ann', ['mcp', 'remove', '--scope', 'user', 'cc2cc']);
  assert.equal(removed.code, 0, removed.stderr);
  const { client } = surroundings();
  assert.ok('bin' in client);
  const env = { PATH: `${dirname(client.bin)}:${process.env['PATH']}` };
  const first = await cli(sandbox, ['init', '--register'], { env });
  assert.equal(first.code, 0, first.stdout);
  assert.match(first.stdout, /registered +Claude Code/);
  const now = JSON.parse(readFileSync(settings, 'utf8')) as { mcpServers: Record<string, object> };
  assert.deepEqual(Object.keys(now.mcpServers), Object.keys(mcpServers));
  const list = await run('ann', ['mcp', 'list']);
  assert.match(list.stdout, /^cc2cc: .*Connected$/m);
  const second = await cli(sandbox, ['init', '--register'], { env });
  assert.match(second.stdout, /kept +Claude Code: it was registered already/);
  rmSync(settings);
});
