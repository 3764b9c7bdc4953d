/** The package, installed from its tarball into a clean prefix, does what the clone does. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { McpClient } from '../../../scripts/mcp-client.js';
import { sandboxFor } from '../../support/sandbox.js';
import { installGlobally, pack, PROJECT, runAs, type Ended, type User } from './support.js';

/** Of the system, with no rights. A user made for the test might outlive it. */
const NOBODY = { uid: 65_534, gid: 65_534 };

const USERS: [who: string, user: User | undefined][] = [
  ['the user of the tests', {}],
  ['a plain user', process.getuid?.() === 0 ? NOBODY : undefined],
];

for (const [who, user] of USERS) {
  test(`installed globally by ${who}`, async (t) => {
    if (user === undefined) {
      t.skip('needs root to become another user');
      return;
    }
    if (process.platform === 'win32') {
      t.skip('the prefix has another form on Windows');
      return;
    }
    const sandbox = sandboxFor(t);
    const { filename } = pack(sandbox, sandbox.dir);
    const prefix = join(sandbox.dir, 'a prefix');
    mkdirSync(prefix);
    if (user.uid !== undefined) {
      execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, sandbox.dir]); // made for this test
    }
    const env = sandbox.envWith({
      PATH: `${join(prefix, 'bin')}${delimiter}${process.env['PATH']}`,
    });
    const missing = await installGlobally(user, join(sandbox.dir, filename), prefix, sandbox.home);
    if (missing !== undefined) {
      t.skip(missing);
      return;
    }
    const run = (command: string, args: string[], stdin = ''): Promise<Ended> =>
      runAs(user, join(prefix, 'bin', command), args, { env, cwd: sandbox.work, stdin });
    sandbox.defer(() => run('cc2cc-daemon', ['stop']));

    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
      version: string;
    };
    assert.equal((await run('cc2cc', ['--version'])).stdout, `${version}\n`);
    assert.equal((await run('cc2cc-shim', ['--version'])).stdout, `cc2cc-shim ${version}\n`);
    const proof = await run('cc2cc', ['prove']);
    assert.equal(proof.code, 0, proof.stdout + proof.stderr);
    assert.match(proof.stdout, /It works/);
    const status = await run('cc2cc-daemon', ['status', '--json']);
    assert.equal(status.code, 0, status.stdout + status.stderr);
    assert.equal((JSON.parse(status.stdout) as { version: string }).version, version);
    const hook = await run('cc2cc', ['hook', 'stop'], '{"session_id": "x"}');
    assert.deepEqual(hook, { code: 0, stdout: '', stderr: '' });
    const completion = await run('cc2cc', ['completion', 'bash']);
    assert.match(completion.stdout, /complete .*cc2cc/);

    const installed = join(prefix, 'lib/node_modules/cc2cc');
    for (const page of ['cc2cc.1', 'cc2cc-daemon.1']) {
      assert.ok(statSync(join(prefix, 'share/man/man1', page)).isFile(), page); // by npm's link
    }
    assert.ok(existsSync(join(installed, '.claude-plugin/marketplace.json')));
    const templates = join(PROJECT, 'service-templates');
    if (existsSync(templates)) {
      assert.deepEqual(readdirSync(join(installed, 'service-templates')), readdirSync(templates));
    }
    if (user.uid === undefined) {
      const plugin = McpClient.start({
        command: process.execPath,
        args: [join(installed, 'plugin/launch.cjs'), 'shim'],
        env,
        cwd: sandbox.work,
      });
      const { tools } = await plugin.initialize();
      assert.ok(tools.length > 10);
      assert.equal((await plugin.close()).code, 0);
    }
  });
}
