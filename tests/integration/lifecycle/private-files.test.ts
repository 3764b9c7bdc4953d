/** What the daemon leaves on the disk and in the system is for its user alone. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attachAgent, awake, startShim } from '../../support/agents.js';
import { daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone, listRejected } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import {
  acceptedId,
  daemonCommand,
  drainInbox,
  killDaemon,
  statusOf,
  thePid,
  walk,
} from './support.js';

const MARKER = 'a-text-that-no-log-may-hold';

/** A little of everything, so that every kind of file exists. */
async function live(sandbox: Sandbox): Promise<void> {
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await awake(ann);
  acceptedId(await ann.call('send', { to: 'ben', text: MARKER }));
  acceptedId(await ben.call('send', { to: 'ann', text: `${MARKER} too` }));
  await ann.waitForMessage(MARKER);
  await ann.call('send', { to: 'nobody-at-all', text: MARKER }); // refused
  await ann.call('send', { to: 'ben', text: `${MARKER} ${'x'.repeat(2_000_000)}` }); // refused
  await drainInbox(ben);
  await until(() => listDone(sandbox, 'ben').length === 1, 'a message in done/');
  dropMessage(sandbox, 'ann', { text: MARKER, ttl: 1 });
  const id = dropMessage(sandbox, 'ann', { text: MARKER });
  await until(
    () => ann.channel.filter(({ content }) => content.includes(MARKER)).length >= 3,
    'both dropped messages',
  );
  dropMessage(sandbox, 'ann', { id: `${id}-again`, text: MARKER, type: 'nonsense' as 'message' });
  await until(() => listRejected(sandbox).length > 0, 'something in rejected/', 8_000);
  await ann.call('register', { name: 'ann-the-second' });
  killDaemon(sandbox);
  await ann.call('whoami');
}

test('files are 0600 and folders 0700, whatever the umask, and no log holds a text', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows has no mode bits');
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const sandbox = makeSandbox({ CC2CC_SWEEP_MS: '100', CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  await live(sandbox);
  const runtime = join(sandbox.env['XDG_RUNTIME_DIR']!, 'cc2cc');
  const state = join(sandbox.env['XDG_STATE_HOME']!, 'cc2cc');
  const { log, errorLog, token } = sandbox.hostPaths();
  const found = [sandbox.root, runtime, state].flatMap(walk);
  const open = found
    .filter(({ stats }) => (stats.mode & 0o777) !== (stats.isDirectory() ? 0o700 : 0o600))
    .map(({ path, stats }) => `${(stats.mode & 0o777).toString(8)} ${path}`);
  assert.deepEqual(open, []);
  const paths = found.map(({ path }) => path);
  for (const path of [log, errorLog, token]) assert.ok(paths.includes(path), path);
  assert.ok(paths.some((path) => path.endsWith('.sock')));
  for (const { path, stats } of found.filter(({ path }) => path.startsWith(state))) {
    if (stats.isFile()) assert.ok(!readFileSync(path, 'utf8').includes(MARKER), path);
  }
  assert.match(readFileSync(log, 'utf8'), /attached/);
  assert.equal(readFileSync(errorLog, 'utf8'), '');
});

test('a daemon that a session started has none of its keys, and not its folder', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const shim = startShim(sandbox, {
    name: 'ann',
    env: {
      ANTHROPIC_API_KEY: 'a-secret',
      CLAUDE_CODE_MESSAGING_TOKEN: 'a-secret',
      CLAUDE_CODE_MESSAGING_SOCKET: join(sandbox.dir, 'inbox.sock'),
      AWS_SECRET_ACCESS_KEY: 'a-secret',
      NODE_OPTIONS: '--max-old-space-size=300',
      SELF: 'ann',
      CC2CC_PRESENCE: 'off',
      CC2CC_TTL: '1234',
    },
  });
  await shim.initialize();
  const pid = thePid(sandbox);
  const environ = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  const names = environ.map((entry) => entry.split('=')[0]!);
  const foreign = /^(?:CLAUDE|ANTHROPIC|AWS|NODE_OPTIONS$|SELF$|CC2CC_(?:NAME|LANES|PRESENCE)$)/;
  assert.deepEqual(
    names.filter((name) => foreign.test(name)),
    [],
  );
  assert.ok(!environ.join().includes('a-secret'));
  assert.ok(environ.includes(`CC2CC_BRIDGE_DIR=${sandbox.root}`), 'it knows its root');
  assert.ok(environ.includes('CC2CC_TTL=1234'), 'and its own settings');
  const cwd = readlinkSync(`/proc/${pid}/cwd`);
  assert.equal(cwd, sandbox.hostPaths().state);
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const target = fdTarget(pid, fd);
    assert.ok(!target.startsWith(sandbox.work), `fd ${fd} is ${target}`);
  }
});

test('the daemon listens on its socket file and on no port', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  await attachAgent(sandbox);
  const pid = thePid(sandbox);
  const sockets = readdirSync(`/proc/${pid}/fd`)
    .map((fd) => /^socket:\[(\d+)\]$/.exec(fdTarget(pid, fd))?.[1])
    .filter((inode) => inode !== undefined);
  assert.ok(sockets.length >= 2, 'the listening one and the session');
  const inodes = (table: string, column: number): string[] => {
    const path = `/proc/${pid}/net/${table}`;
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').slice(1);
    return lines.map((line) => line.trim().split(/\s+/)[column] ?? '');
  };
  const internet = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].flatMap((name) => inodes(name, 9));
  assert.deepEqual(
    sockets.filter((inode) => internet.includes(inode)),
    [],
  );
  const unix = inodes('unix', 6);
  assert.deepEqual(
    sockets.filter((inode) => !unix.includes(inode)),
    [],
  );
});

test('the daemon runs no other processes, and `logs` shows its log', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  await attachAgent(sandbox, { name: 'ann' });
  const [pid] = daemonPids(sandbox);
  if (process.platform === 'linux') {
    const children = execFileSync('cat', [`/proc/${pid}/task/${pid}/children`], {
      encoding: 'utf8',
    });
    assert.equal(children.trim(), '');
  }
  const { log } = await statusOf(sandbox);
  const shown = await daemonCommand(sandbox, ['logs']);
  assert.equal(shown.code, 0);
  assert.equal(shown.stdout, readFileSync(log, 'utf8'));
  const one = await daemonCommand(sandbox, ['logs', '-n', '1']);
  assert.equal(one.stdout, `${shown.stdout.trimEnd().split('\n').at(-1)}\n`);
});

function fdTarget(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return ''; // closed since the listing
  }
}
