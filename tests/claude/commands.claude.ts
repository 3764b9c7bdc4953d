/** The command line beside the real client. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

claudeTest(
  'cc2cc init sets up what the client uses, cc2cc uninstall takes it away',
  async (world) => {
    const { run, start, sandbox } = world;
    const places = [
      join(sandbox.home, '.claude.json'),
      join(sandbox.home, '.claude', 'settings.json'),
    ];
    const [state, settings] = places as [string, string];
    const removed = await run('ann', ['mcp', 'remove', '--scope', 'user', 'cc2cc']);
    assert.equal(removed.code, 0, removed.stderr);
    mkdirSync(dirname(settings), { recursive: true });
    const theirs = '\ufeff{ "includeCoAuthoredBy":false,\r\n\t"env": {} }';
    writeFileSync(settings, theirs);
    const { client } = surroundings();
    assert.ok('bin' in client);
    const env = { PATH: `${dirname(client.bin)}:${process.env['PATH']}` };

    const first = await cli(sandbox, ['init', '--yes', '--no-prove'], { env });
    assert.equal(first.code, 0, first.stdout);
    assert.match(first.stdout, /registered +Claude Code[^]*made +hooks/);
    const list = await run('ann', ['mcp', 'list']);
    assert.match(list.stdout, /^cc2cc: .*Connected$/m);
    const [before, hooks] = places.map((file) => readFileSync(file, 'utf8'));
    const second = await cli(sandbox, ['init', '--yes', '--no-prove'], { env });
    assert.match(second.stdout, /kept +Claude Code: it was registered already[^]*kept +hooks/);
    assert.deepEqual(
      places.map((file) => readFileSync(file, 'utf8')),
      [before, hooks],
    );

    const ann = await start('ann', { env: { CC2CC_LANES: 'hook' } });
    await cli(sandbox, ['send', 'ann', 'by your hook', '--from', 'ben-user'], { env });
    await ann.type('hello');
    await ann.model.given(/by your hook/);
    await ann.idle();
    await ann.exit();

    const gone = await cli(sandbox, ['uninstall', '--json'], { env });
    assert.equal(gone.code, 0, gone.stdout);
    assert.equal(readFileSync(settings, 'utf8'), theirs);
    const now = JSON.parse(readFileSync(state, 'utf8')) as { mcpServers?: object };
    assert.deepEqual(Object.keys(now.mcpServers ?? {}), []);
    assert.doesNotMatch((await run('ann', ['mcp', 'list'])).stdout, /cc2cc/);
  },
);
