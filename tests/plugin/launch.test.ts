/** plugin/launch.cjs: finds the program from wherever the client runs it, or says what is wrong. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LineChild } from '../../scripts/line-child.js';
import { McpClient, RpcError } from '../../scripts/mcp-client.js';
import { nameOf } from '../support/agents.js';
import { sandboxFor, type Extras, type Sandbox } from '../support/sandbox.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** A folder for `PATH` in which nothing is but Node. */
function bareFolder(sandbox: Sandbox): string {
  const folder = join(sandbox.dir, 'bare');
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  return folder;
}

/** The plugin's folder as the client keeps it in its cache; `marketplace` is where it says that it is from. */
function cachedPlugin(sandbox: Sandbox, marketplace?: string): string {
  const plugins = join(sandbox.home, '.claude', 'plugins');
  const plugin = join(plugins, 'cache', 'cc2cc', 'cc2cc', '0.1.0');
  mkdirSync(dirname(plugin), { recursive: true });
  cpSync(join(PROJECT, 'plugin'), plugin, { recursive: true });
  if (marketplace !== undefined) {
    const known = { cc2cc: { installLocation: marketplace } };
    writeFileSync(join(plugins, 'known_marketplaces.json'), JSON.stringify(known));
  }
  return plugin;
}

/** A clone without its build. */
function unbuilt(sandbox: Sandbox): string {
  const clone = join(sandbox.dir, 'a clone');
  mkdirSync(clone);
  cpSync(join(PROJECT, 'package.json'), join(clone, 'package.json'));
  cpSync(join(PROJECT, 'plugin'), join(clone, 'plugin'), { recursive: true });
  return clone;
}

function start(sandbox: Sandbox, plugin: string, path: string, extras: Extras = {}): McpClient {
  const client = McpClient.start({
    command: process.execPath,
    args: [join(plugin, 'launch.cjs'), 'shim'],
    env: sandbox.envWith({
      CC2CC_NAME: 'ann',
      CLAUDE_CODE_ENTRYPOINT: 'cli',
      PATH: path,
      ...extras,
    }),
    cwd: sandbox.work,
  });
  sandbox.defer(() => client.ended ?? client.close());
  return client;
}

const PLACES: [where: string, make: (sandbox: Sandbox) => { plugin: string; path?: string }][] = [
  ['the folder of the package', () => ({ plugin: join(PROJECT, 'plugin') })],
  [
    'the cache of the client, by the marketplace',
    (sandbox) => ({ plugin: cachedPlugin(sandbox, PROJECT) }),
  ],
  [
    'the cache, by the command on the PATH',
    (sandbox) => {
      const path = bareFolder(sandbox);
      symlinkSync(join(PROJECT, 'dist/bin/cc2cc.cjs'), join(path, 'cc2cc'));
      return { plugin: cachedPlugin(sandbox), path };
    },
  ],
  [
    'the cache, by what npm makes on Windows',
    (sandbox) => {
      const path = bareFolder(sandbox);
      writeFileSync(join(path, 'cc2cc'), '#!/bin/sh\n');
      mkdirSync(join(path, 'node_modules'));
      symlinkSync(PROJECT, join(path, 'node_modules/cc2cc'), 'junction');
      return { plugin: cachedPlugin(sandbox), path };
    },
  ],
  [
    'a clone that is not built, by the PATH',
    (sandbox) => {
      const path = bareFolder(sandbox);
      symlinkSync(join(PROJECT, 'dist/bin/cc2cc.cjs'), join(path, 'cc2cc'));
      return { plugin: join(unbuilt(sandbox), 'plugin'), path };
    },
  ],
];

for (const [where, make] of PLACES) {
  test(`the shim is found from ${where}`, async (t) => {
    if (process.platform === 'win32') {
      t.skip('makes links as npm does on other systems');
      return;
    }
    const sandbox = sandboxFor(t);
    const { plugin, path = bareFolder(sandbox) } = make(sandbox);
    const client = start(sandbox, plugin, path);
    await client.initialize();
    assert.equal(await nameOf(client), 'ann');
    const { code } = await client.close();
    assert.equal(code, 0);
  });
}

const TROUBLES: [what: string, make: (sandbox: Sandbox) => string, said: RegExp][] = [
  [
    'a clone that is not built',
    (sandbox) => join(unbuilt(sandbox), 'plugin'),
    /^cc2cc is not built in .*a clone\. In that folder, run: npm ci && npm run build$/,
  ],
  [
    'a cache whose marketplace is not built',
    (sandbox) => cachedPlugin(sandbox, unbuilt(sandbox)),
    /^cc2cc is not built in .*a clone\./,
  ],
  [
    'a cache whose marketplace is gone',
    (sandbox) => cachedPlugin(sandbox, join(sandbox.dir, 'gone')),
    /^The cc2cc program was not found\..* claude plugin marketplace add PATH$/,
  ],
  ['a cache alone', (sandbox) => cachedPlugin(sandbox), /^The cc2cc program was not found\./],
];

for (const [what, make, said] of TROUBLES) {
  test(`${what}: server and session start say so`, async (t) => {
    const sandbox = sandboxFor(t);
    const plugin = make(sandbox);
    const path = bareFolder(sandbox);
    const client = start(sandbox, plugin, path);
    await assert.rejects(client.request('server/discover'), /Method not found/);
    await assert.rejects(client.initialize(), (error: unknown) => {
      assert.ok(error instanceof RpcError);
      assert.match(error.message.replace(/^.*?: /, ''), said);
      return true;
    });
    assert.equal((await client.close()).code, 1);

    const hook = async (event: string): Promise<string[]> => {
      const args = [join(plugin, 'launch.cjs'), 'hook', event];
      const env = sandbox.envWith({ PATH: path });
      const child = new LineChild({ command: process.execPath, args, env });
      child.sendLine('{}');
      assert.equal((await child.close()).code, 0);
      return [...child.lines];
    };
    const [line = '', ...more] = await hook('session-start');
    assert.match((JSON.parse(line) as { systemMessage: string }).systemMessage, said);
    assert.deepEqual(more, []);
    assert.deepEqual(await hook('post-tool-use'), []); // once a session is enough
  });
}

test('words that it does not know are no end of the world', async (t) => {
  const sandbox = sandboxFor(t);
  for (const args of [[], ['wat'], ['constructor']]) {
    const command = [join(PROJECT, 'plugin/launch.cjs'), ...args];
    const child = new LineChild({ command: process.execPath, args: command, env: sandbox.env });
    assert.equal((await child.close()).code, 1);
    assert.match(child.stderr, /^usage: launch\.cjs/);
  }
  rmSync(sandbox.work, { recursive: true, force: true });
});
