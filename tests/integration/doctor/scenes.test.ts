/** One thing is broken at a time: that line says so and how to mend it, and --fix mends what is safe. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rejectFile } from '../../../mail/reject.js';
import { CHECKS } from '../../../scripts/doctor/table.js';
import { CC2CC } from '../../support/cli.js';
import { dropMessage, mailboxOf } from '../../support/files.js';
import type { Extras, Sandbox } from '../../support/sandbox.js';
import {
  changeHooks,
  doctor,
  fakeClaude,
  fingerprint,
  found,
  healthyHome,
  register,
  settingsFile,
  troubles,
} from './support.js';

interface Scene {
  /** Of the check that must notice. */
  id: string;
  what: string;
  breaks: (sandbox: Sandbox) => unknown;
  state: 'warn' | 'fail' | 'ok' | 'skip';
  says: RegExp;
  /** Of the mending command. */
  mend?: RegExp;
  /** Checks that notice it too. */
  also?: string[];
  /** Whether --fix mends it. */
  fixes?: boolean;
  env?: Extras;
}

const root = ({ root: folder }: Sandbox, ...names: string[]): string => join(folder, ...names);
const MODE = (path: string): number => statSync(path).mode & 0o777;
const DAY = 24 * 3600 * 1000;

const SCENES: Scene[] = [
  {
    id: 'settings',
    what: 'config.json is no JSON',
    breaks: (sandbox) => writeConfig(sandbox, '{'),
    state: 'fail',
    says: /config\.json is not JSON/,
    mend: /^cc2cc config$/,
  },
  {
    id: 'settings',
    what: 'a key that there is not',
    breaks: (sandbox) => writeConfig(sandbox, '{"ratte": 5}'),
    state: 'fail',
    says: /there is no setting "ratte"/,
    mend: /^cc2cc config$/,
  },
  {
    id: 'settings',
    what: 'a variable that cannot be',
    breaks: () => undefined,
    env: { CC2CC_KEEP_DAYS: 'many' },
    state: 'fail',
    says: /CC2CC_KEEP_DAYS/,
    mend: /^cc2cc config$/,
  },
  {
    id: 'overrides',
    what: 'a variable says something else than config.json',
    breaks: (sandbox) => writeConfig(sandbox, '{"keepDays": 3}'),
    env: { CC2CC_KEEP_DAYS: '5' },
    state: 'warn',
    says: /variables override/,
    mend: /^cc2cc config$/,
  },
  {
    id: 'rules',
    what: 'rules.json is wrong',
    breaks: (sandbox) => writeFileSync(root(sandbox, 'rules.json'), '{"sender": {}}'),
    state: 'fail',
    says: /rules\.json is not good: unknown key "sender"/,
    mend: /EDITOR .*rules\.json/,
  },
  {
    id: 'root',
    what: 'there is no bridge root',
    breaks: (sandbox) => rmSync(sandbox.root, { recursive: true }),
    state: 'warn',
    says: /is not there yet/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'root',
    what: 'a folder is missing',
    breaks: (sandbox) => rmSync(root(sandbox, 'leases'), { recursive: true }),
    state: 'warn',
    says: /folders are missing/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'root',
    what: 'everybody may write to the bridge root',
    breaks: (sandbox) => chmodSync(sandbox.root, 0o777),
    state: 'fail',
    says: /mode 0777: others may write/,
    mend: /^cc2cc doctor --fix$/,
    also: ['modes'],
    fixes: true,
  },
  {
    id: 'root',
    what: 'the bridge root is a folder for all',
    breaks: (sandbox) => chmodSync(sandbox.root, 0o1777),
    state: 'fail',
    says: /mode 0777/,
    mend: /^export CC2CC_BRIDGE_DIR=/,
  },
  {
    id: 'root',
    what: 'a file lies where a folder belongs',
    breaks: (sandbox) => {
      rmSync(root(sandbox, 'agents'), { recursive: true });
      writeFileSync(root(sandbox, 'agents'), '', { mode: 0o600 });
    },
    state: 'fail',
    says: /something else/,
    mend: /^ls -la /,
  },
  {
    id: 'format',
    what: 'the root is of a newer program',
    breaks: (sandbox) =>
      writeFileSync(root(sandbox, 'format.json'), '{"format": 99}', { mode: 0o600 }),
    state: 'fail',
    says: /format 99.*too old/,
    mend: /^npm install --global cc2cc@latest$/,
  },
  {
    id: 'format',
    what: 'the format makes no sense',
    breaks: (sandbox) => writeFileSync(root(sandbox, 'format.json'), '{', { mode: 0o600 }),
    state: 'fail',
    says: /format\.json: not JSON/,
    mend: /format\.json/,
  },
  {
    id: 'modes',
    what: 'others may read the key, the rules and a mailbox',
    breaks: (sandbox) => {
      dropMessage(sandbox, 'ben');
      for (const name of ['secret.key', 'rules.json']) chmodSync(root(sandbox, name), 0o644);
      chmodSync(mailboxOf(sandbox, 'ben').inbox, 0o755);
    },
    state: 'warn',
    says: /3 files and folders/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'modes',
    what: 'a message that came with an ordinary umask',
    breaks: (sandbox) => chmodSync(messageFor(sandbox, 'ben'), 0o644),
    state: 'ok',
    says: /0700.*0600/,
  },
  {
    id: 'modes',
    what: 'a message that others may write to',
    breaks: (sandbox) => chmodSync(messageFor(sandbox, 'ben'), 0o666),
    state: 'warn',
    says: /1 file/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'strange-files',
    what: 'a mailbox is a link',
    breaks: (sandbox) => symlinkSync(sandbox.work, root(sandbox, 'to-ben')),
    state: 'fail',
    says: /links or other things/,
    mend: /^ls -l .*to-ben/,
  },
  {
    id: 'strange-files',
    what: 'a link lies in an inbox',
    breaks: (sandbox) => {
      dropMessage(sandbox, 'ben');
      symlinkSync('/etc/passwd', join(mailboxOf(sandbox, 'ben').inbox, 'x.json'));
    },
    state: 'warn',
    says: /links or other things/,
    mend: /^ls -l .*x\.json/,
  },
  {
    id: 'key',
    what: 'there is no key',
    breaks: (sandbox) => rmSync(root(sandbox, 'secret.key')),
    state: 'warn',
    says: /there is no .*secret\.key/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'key',
    what: 'there is no key and mail waits that may be signed with it',
    breaks: (sandbox) => {
      dropMessage(sandbox, 'ben');
      rmSync(root(sandbox, 'secret.key'));
    },
    state: 'warn',
    says: /there is no .*secret\.key/,
    mend: /^cc2cc init$/,
  },
  {
    id: 'key',
    what: 'the key is empty',
    breaks: (sandbox) => writeFileSync(root(sandbox, 'secret.key'), '\n'),
    state: 'fail',
    says: /is empty/,
    mend: /^rm .*secret\.key/,
  },
  {
    id: 'key',
    what: 'former keys are none',
    breaks: (sandbox) =>
      writeFileSync(root(sandbox, 'secret.key.former.json'), '{}', { mode: 0o600 }),
    state: 'fail',
    says: /does not hold former keys/,
    mend: /^mv .*former\.json/,
  },
  {
    id: 'state',
    what: 'others may write to the state folder',
    breaks: (sandbox) => chmodSync(stateOf(sandbox), 0o777),
    state: 'fail',
    says: /others may write/,
    mend: /^chmod 0700 /,
    also: ['modes'],
  },
  {
    id: 'state',
    what: 'others may read the token',
    breaks: (sandbox) => {
      stateOf(sandbox);
      writeFileSync(sandbox.hostPaths().token, 'x'.repeat(64), { mode: 0o644 });
    },
    state: 'fail',
    says: /token .* is open to others, 0644/,
    mend: /^rm -r .*token.*cc2cc-daemon restart$/,
    also: ['modes'],
  },
  {
    id: 'locks',
    what: 'a process that has ended holds a lock',
    breaks: async (sandbox) => {
      const lock = join(stateOf(sandbox), 'locks', 'start');
      mkdirSync(lock, { recursive: true, mode: 0o700 });
      const holder = JSON.stringify({ pid: await deadPid(), started: '1' });
      writeFileSync(join(lock, '7.json'), holder, { mode: 0o600 });
    },
    state: 'warn',
    says: /1 lock of processes that have ended/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'sockets',
    what: 'a socket is left over',
    breaks: async (sandbox) => {
      const folder = join(sandbox.dir, 'run', 'cc2cc');
      mkdirSync(folder, { mode: 0o700 });
      await deadSocket(join(folder, `${sandbox.hostPaths().key}-12345678.sock`));
    },
    state: 'warn',
    says: /1 socket that nobody listens at/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'rendezvous',
    what: 'the address of a daemon that has ended',
    breaks: async (sandbox) => {
      const file = join(stateOf(sandbox), 'daemon.json');
      const address = { protocol: 1, version: '0.0.1', instance: 'x', pid: await deadPid() };
      const places = { socket: '/nowhere.sock', root: sandbox.root, started: 'then' };
      writeFileSync(file, JSON.stringify({ ...address, ...places }), { mode: 0o600 });
    },
    state: 'warn',
    says: /names a daemon that has ended/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'daemon',
    what: 'it was stopped on purpose',
    breaks: (sandbox) => writeFileSync(join(stateOf(sandbox), 'stopped'), '', { mode: 0o600 }),
    state: 'warn',
    says: /stopped on purpose/,
    mend: /^cc2cc-daemon start$/,
  },
  {
    id: 'log',
    what: 'a folder lies where the log belongs',
    breaks: (sandbox) => {
      stateOf(sandbox);
      mkdirSync(sandbox.hostPaths().log, { recursive: true });
    },
    state: 'fail',
    says: /a folder, not a file/,
    mend: /^ls -ld .*\.log/,
  },
  {
    id: 'log',
    what: 'the log is far too large',
    breaks: (sandbox) => {
      stateOf(sandbox);
      writeFileSync(sandbox.hostPaths().log, 'x'.repeat(50_000), { mode: 0o600 });
    },
    env: { CC2CC_LOG_BYTES: '10000' },
    state: 'warn',
    says: /49 KiB.*9\.8 KiB/,
    mend: /^cc2cc-daemon restart$/,
  },
  {
    id: 'clock',
    what: 'another host is ahead',
    breaks: (sandbox) => heartbeat(sandbox, 'ann', { host: 'far', at: Date.now() + 60_000 }),
    state: 'warn',
    says: /clocks differ/,
    mend: /^timedatectl/,
  },
  {
    id: 'clock',
    what: 'another host is behind',
    breaks: (sandbox) => heartbeat(sandbox, 'ann', { host: 'far', at: Date.now() - 60_000 }),
    state: 'warn',
    says: /clocks differ/,
    mend: /^timedatectl/,
  },
  {
    id: 'clock',
    what: 'the file system is ahead',
    breaks: (sandbox) => {
      const path = heartbeat(sandbox, 'ann', { host: 'far', at: Date.now() });
      const ahead = new Date(Date.now() + 60_000);
      utimesSync(path, ahead, ahead);
    },
    state: 'warn',
    says: /clocks differ/,
    mend: /^timedatectl/,
  },
  {
    id: 'claude',
    what: 'there is no Claude Code',
    breaks: (sandbox) => rmSync(join(sandbox.dir, 'bin', 'claude')),
    state: 'warn',
    says: /no command claude/,
    mend: /^npm install --global @anthropic-ai\/claude-code$/,
  },
  {
    id: 'claude',
    what: 'Claude Code is old',
    breaks: (sandbox) => fakeClaude(sandbox, 'echo "2.1.150 (Claude Code)"'),
    state: 'warn',
    says: /2\.1\.150 is older than 2\.1\.2/,
    mend: /^claude update$/,
  },
  {
    id: 'claude',
    what: 'Claude Code fails',
    breaks: (sandbox) => fakeClaude(sandbox, 'exit 3'),
    state: 'warn',
    says: /does not tell its version/,
    mend: /--version$/,
  },
  {
    id: 'claude',
    what: 'Claude Code hangs',
    breaks: (sandbox) => fakeClaude(sandbox, 'exec sleep 600'),
    state: 'warn',
    says: /does not tell its version/,
    mend: /--version$/,
  },
  {
    id: 'registration',
    what: 'there is none',
    breaks: (sandbox) => {
      register(sandbox, { other: { command: 'other' } });
    },
    state: 'warn',
    says: /not registered/,
    mend: /^cc2cc init --register$/,
  },
  {
    id: 'registration',
    what: 'the shim is gone',
    breaks: (sandbox) => {
      register(sandbox, { cc2cc: { command: 'node', args: ['/gone/dist/bin/cc2cc-shim.cjs'] } });
    },
    state: 'fail',
    says: /names what is not there/,
    mend: /^claude mcp remove --scope user cc2cc; cc2cc init --register$/,
  },
  {
    id: 'registration',
    what: 'another server has the name',
    breaks: (sandbox) => {
      register(sandbox, { cc2cc: { command: 'other', args: [] } });
    },
    state: 'fail',
    says: /another server is registered as cc2cc/,
    mend: /^claude mcp remove --scope user cc2cc; /,
  },
  {
    id: 'registration',
    what: 'another installation is registered',
    breaks: (sandbox) => {
      const shim = join(sandbox.dir, 'cc2cc-shim.cjs');
      writeFileSync(shim, '');
      register(sandbox, { cc2cc: { command: process.execPath, args: [shim] } });
    },
    state: 'warn',
    says: /of another installation/,
    mend: /^claude mcp remove /,
  },
  {
    id: 'registration',
    what: 'the file of Claude Code is broken',
    breaks: (sandbox) => writeFileSync(join(sandbox.home, '.claude.json'), '{'),
    state: 'fail',
    says: /cannot be read/,
    mend: /^claude mcp list$/,
  },
  {
    id: 'registration',
    what: 'the plugin is on as well',
    breaks: (sandbox) => {
      changeHooks(sandbox, () => JSON.stringify({ enabledPlugins: { 'cc2cc@here': true } }));
    },
    state: 'warn',
    says: /registered twice/,
    mend: /^claude mcp remove --scope user cc2cc$/,
  },
  {
    id: 'hooks',
    what: 'none is installed',
    breaks: (sandbox) => rmSync(settingsFile(sandbox)),
    state: 'skip',
    says: /none is installed/,
  },
  {
    id: 'hooks',
    what: 'their program is gone',
    breaks: (sandbox) => {
      changeHooks(sandbox, (text) => text.replaceAll(CC2CC, '/gone/dist/bin/cc2cc.cjs'));
    },
    state: 'fail',
    says: /hooks name what is not there/,
    mend: /^cc2cc init --hooks$/,
  },
  {
    id: 'hooks',
    what: 'one is missing',
    breaks: (sandbox) => {
      changeHooks(sandbox, (text) => text.replace('"Stop"', '"SubagentStop"'));
    },
    state: 'warn',
    says: /none at Stop/,
    mend: /^cc2cc init --hooks$/,
  },
  {
    id: 'hooks',
    what: 'one is there twice',
    breaks: (sandbox) => {
      changeHooks(sandbox, (text) => {
        const settings = JSON.parse(text);
        settings.hooks.Stop.push(settings.hooks.Stop[0]);
        return JSON.stringify(settings);
      });
    },
    state: 'warn',
    says: /there twice at Stop/,
    mend: /^cc2cc init --hooks$/,
  },
  {
    id: 'hooks',
    what: 'the plugin has them too',
    breaks: (sandbox) => {
      register(sandbox, {});
      changeHooks(sandbox, (text) =>
        JSON.stringify({ ...JSON.parse(text), enabledPlugins: { 'cc2cc@here': true } }),
      );
    },
    state: 'warn',
    says: /by the plugin and in the settings/,
    mend: /^cc2cc uninstall/,
  },
  {
    id: 'hooks',
    what: 'all hooks are switched off',
    breaks: (sandbox) => {
      changeHooks(sandbox, (text) =>
        JSON.stringify({ ...JSON.parse(text), disableAllHooks: true }),
      );
    },
    state: 'warn',
    says: /disableAllHooks/,
    mend: /settings\.json/,
  },
  {
    id: 'hooks',
    what: 'the settings are broken',
    breaks: (sandbox) => {
      changeHooks(sandbox, () => '{"hooks": ');
    },
    state: 'fail',
    says: /settings\.json: not valid JSON/,
    mend: /settings\.json/,
  },
  {
    id: 'gone',
    what: 'mail waits for who is long gone',
    breaks: (sandbox) => {
      heartbeat(sandbox, 'ben', { host: 'here', at: Date.now() - 30 * DAY, status: 'offline' });
      dropMessage(sandbox, 'ben', { ttl: 0 });
    },
    state: 'warn',
    says: /mail waits for 1 agent long gone/,
    mend: /^cc2cc receive ben$/,
  },
  {
    id: 'gone',
    what: 'nobody has cleaned up',
    breaks: (sandbox) => {
      heartbeat(sandbox, 'ben', { host: 'here', at: Date.now() - 30 * DAY, status: 'offline' });
    },
    state: 'warn',
    says: /1 agent long gone is still listed/,
    mend: /^cc2cc cleanup$/,
  },
  {
    id: 'mail',
    what: 'an inbox is nearly full',
    breaks: (sandbox) => dropMessage(sandbox, 'ben'),
    env: { CC2CC_MAX_INBOX: '1' },
    state: 'warn',
    says: /nearly full/,
    mend: /^cc2cc receive ben$/,
  },
  {
    id: 'mail',
    what: 'what has expired is still there',
    breaks: (sandbox) => dropMessage(sandbox, 'ben', { at: Date.now() - DAY, ttl: 60 }),
    state: 'warn',
    says: /1 expired message/,
    mend: /^cc2cc cleanup$/,
  },
  {
    id: 'mail',
    what: 'a message is from the future',
    breaks: (sandbox) => dropMessage(sandbox, 'ben', { at: Date.now() + DAY }),
    state: 'warn',
    says: /1 message is from the future/,
    mend: /^timedatectl/,
  },
  {
    id: 'rejected',
    what: 'a file was refused',
    breaks: (sandbox) => {
      const path = messageFor(sandbox, 'ben');
      rejectFile(
        path,
        root(sandbox, 'rejected'),
        mailboxOf(sandbox, 'ben').dir,
        'too \u001b[31mred',
      );
    },
    state: 'warn',
    says: /1 file was refused/,
    mend: /^cc2cc validate .*\.rejected'$/,
  },
  {
    id: 'hosts',
    what: 'another host shares the root',
    breaks: (sandbox) => heartbeat(sandbox, 'ann', { host: 'far', at: Date.now() }),
    state: 'ok',
    says: /^far \(1 agent\)/,
  },
  {
    id: 'originals',
    what: 'an original server polls',
    breaks: (sandbox) => heartbeat(sandbox, 'ann', { at: Date.now() }),
    state: 'ok',
    says: /^ann; they look/,
  },
];

for (const { id, what, breaks, state, says, mend, also = [], fixes = false, env } of SCENES) {
  test(`${id}: ${what}`, async (t) => {
    const sandbox = await healthyHome(t);
    await breaks(sandbox);
    const before = fingerprint(sandbox);
    const report = await doctor(sandbox, [], env);
    assert.deepEqual(fingerprint(sandbox), before, 'it changes nothing');
    const result = found(report, id);
    assert.deepEqual([result.state, says.test(result.text)], [state, true], show(report));
    if (mend === undefined) assert.equal(result.fix, undefined);
    else assert.match(result.fix?.command ?? '', mend);
    assert.equal(result.fix?.safe ?? false, fixes);
    // Nothing but that is wrong. No daemon runs, which is told, and no failure.
    const others = troubles(report)
      .map((one) => one.id)
      .filter((one) => one !== id && one !== 'daemon' && !also.includes(one));
    assert.deepEqual(others, [], show(report));
    if (!fixes && also.length > 0) return; // what --fix does for the others is told with them
    const mended = await doctor(sandbox, ['--fix'], env);
    if (!fixes) {
      assert.deepEqual(mended.fixed, []);
      assert.deepEqual(fingerprint(sandbox), before, '--fix changes nothing');
      return;
    }
    assert.ok(
      mended.fixed?.some((one) => one.id === id && one.done.length > 0),
      show(mended),
    );
    assert.equal(found(mended, id).state, 'ok', show(mended));
    const again = await doctor(sandbox, ['--fix'], env);
    assert.deepEqual([again.fixed, troubles(again).map((one) => one.id)], [[], ['daemon']]);
  });
}

test('a scene breaks every check that a file can break', () => {
  const elsewhere = [
    ...['node', 'node-path', 'installation', 'owners', 'disk', 'inotify', 'service'], // judges.test.ts
    ...['daemon-version', 'daemon-settings', 'daemon-program', 'daemon-twice', 'health'], // daemon.test.ts
    ...['watcher', 'lanes', 'orphans'], // judges.test.ts, daemon.test.ts
  ];
  const here = new Set(SCENES.map(({ id }) => id));
  assert.deepEqual(
    CHECKS.map(({ id }) => id).filter((id) => !here.has(id) && !elsewhere.includes(id)),
    [],
  );
});

test('--fix keeps mail, keys and modes that are right', async (t) => {
  const sandbox = await healthyHome(t);
  const message = messageFor(sandbox, 'ben');
  chmodSync(root(sandbox, 'rules.json'), 0o666);
  const [key, text] = [root(sandbox, 'secret.key'), message].map((path) => readFileSync(path));
  await doctor(sandbox, ['--fix']);
  assert.equal(MODE(root(sandbox, 'rules.json')), 0o600);
  assert.deepEqual(
    [root(sandbox, 'secret.key'), message].map((path) => readFileSync(path)),
    [key, text],
  );
});

test('--fix leaves alone what is not ours in a folder that holds more', async (t) => {
  const sandbox = await healthyHome(t);
  const file = root(sandbox, 'notes.txt');
  writeFileSync(file, '');
  chmodSync(file, 0o664);
  mkdirSync(root(sandbox, 'src'), { mode: 0o755 });
  const report = await doctor(sandbox, ['--fix']);
  assert.deepEqual([report.fixed, found(report, 'modes').state], [[], 'ok']);
  assert.deepEqual([MODE(file), MODE(root(sandbox, 'src'))], [0o664, 0o755]);
});

function writeConfig(sandbox: Sandbox, text: string): void {
  const { config } = sandbox.hostPaths();
  mkdirSync(join(config, '..'), { recursive: true });
  writeFileSync(config, text);
}

/** The state folder, made. */
function stateOf(sandbox: Sandbox): string {
  const { state } = sandbox.hostPaths();
  mkdirSync(state, { recursive: true, mode: 0o700 });
  return state;
}

function messageFor(sandbox: Sandbox, name: string): string {
  return join(mailboxOf(sandbox, name).inbox, `${dropMessage(sandbox, name)}.json`);
}

function heartbeat(
  sandbox: Sandbox,
  name: string,
  { host, at, status = 'active' }: { host?: string; at: number; status?: string },
): string {
  const path = root(sandbox, 'status', `${name}-heartbeat.json`);
  const timestamp = new Date(at).toISOString();
  writeFileSync(path, JSON.stringify({ agent: name, name, timestamp, status, host }), {
    mode: 0o600,
  });
  return path;
}

/** Of a process that has just ended: nobody has it again so soon. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await new Promise((resolve) => child.once('close', resolve));
  return child.pid!;
}

/** What a killed daemon leaves. */
async function deadSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', script, path]);
  await new Promise((resolve) => child.once('close', resolve));
}

function show(value: { checks: { id: string; state: string }[] }): string {
  return JSON.stringify(
    value.checks.filter(({ state }) => state !== 'ok'),
    null,
    1,
  );
}
