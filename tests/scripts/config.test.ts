/** `cc2cc config`, as a person or script runs it; no daemon. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { SETTING_KEYS } from '../../protocol/settings/all.js';
import { makeHome, type Home } from '../shim/support/home.js';
import { CC2CC, runHook, type Ended } from './hook/support.js';

type Env = Record<string, string>;

/** A home with this `config.json`; without a text there is none. */
function homeWith(t: TestContext, text?: string): Home {
  const home = makeHome(t);
  if (text !== undefined) {
    mkdirSync(dirname(home.paths.config), { recursive: true });
    writeFileSync(home.paths.config, text);
  }
  return home;
}

function cc2cc(t: TestContext, home: Home, args: string[], env: Env = {}): Promise<Ended> {
  return runHook(t, home, args, { command: [process.execPath, CC2CC], stdin: '', env });
}

interface Shown {
  key: string;
  value: unknown;
  source: string;
  from: string | null;
}

async function shown(t: TestContext, home: Home, args: string[], env: Env = {}): Promise<Shown> {
  const { code, stdout, stderr } = await cc2cc(t, home, ['config', '--json', ...args], env);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Shown;
}

test('every setting is shown with its value and where it is from', async (t) => {
  const home = homeWith(t, '{"keepDays": 3, "presence": "off"}');
  const env = { CC2CC_RATE: 'off', CC2CC_TTL: '' };
  const { code, stdout, stderr } = await cc2cc(t, home, ['config', '--encrypt'], env);
  assert.deepEqual([code, stderr], [0, '']);
  for (const line of [
    /^keepDays +3 +config\.json$/m,
    /^presence +off +config\.json$/m,
    /^rate +off +CC2CC_RATE$/m,
    /^ttl +3600 +default$/m,
    /^encrypt +true +--encrypt$/m,
    /^name +a random one +default$/m,
  ]) {
    assert.match(stdout, line);
  }
  for (const key of SETTING_KEYS) assert.match(stdout, new RegExp(`^${key} `, 'm'));
  assert.ok(stdout.includes(`\nconfig.json: ${home.paths.config}\n`), stdout);
});

test('as JSON: the file, the daemon and the settings in the order of the table', async (t) => {
  const home = homeWith(t);
  const { stdout } = await cc2cc(t, home, ['config', '--json']);
  const { file, daemon, settings } = JSON.parse(stdout) as {
    file: object;
    daemon: unknown;
    settings: Shown[];
  };
  assert.deepEqual(file, { path: home.paths.config, exists: false });
  assert.equal(daemon, null);
  assert.deepEqual(
    settings.map(({ key }) => key),
    SETTING_KEYS,
  );
  assert.deepEqual(settings[0], {
    key: 'bridgeDir',
    value: home.root,
    source: 'variable',
    from: 'CC2CC_BRIDGE_DIR',
  });
  assert.equal(existsSync(dirname(home.paths.config)), false, 'looking makes nothing');
});

test('flag, variable, file, default: in this order', async (t) => {
  const home = homeWith(t, '{"signatures": "accept"}');
  const env = { CC2CC_SIGNATURES: 'require' };
  const key = 'signatures';
  const flag = await shown(t, home, ['--signatures', 'flag', key], env);
  assert.deepEqual(flag, { key, value: 'flag', source: 'flag', from: '--signatures' });
  const variable = await shown(t, home, [key], env);
  assert.deepEqual(variable, {
    key,
    value: 'require',
    source: 'variable',
    from: 'CC2CC_SIGNATURES',
  });
  const file = await shown(t, home, [key], { CC2CC_SIGNATURES: '' });
  assert.deepEqual(file, { key, value: 'accept', source: 'file', from: home.paths.config });
  const byDefault = await shown(t, homeWith(t), [key]);
  assert.deepEqual(byDefault, { key, value: 'flag', source: 'default', from: null });
});

test('the second name of a variable counts where the first is not set', async (t) => {
  const home = homeWith(t);
  const env = { CC2CC_BRIDGE_DIR: '', BRIDGE_DIR: join(home.dir, 'other'), SELF: 'owl' };
  assert.equal((await shown(t, home, ['bridgeDir'], env)).from, 'BRIDGE_DIR');
  assert.equal((await shown(t, home, ['name'], env)).value, 'owl');
  const none = { CC2CC_BRIDGE_DIR: '' };
  assert.equal((await shown(t, home, ['bridgeDir'], none)).value, join(home.dir, '.cc2cc'));
});

test('one setting is explained', async (t) => {
  const { stdout } = await cc2cc(t, homeWith(t), ['config', 'repeatSeconds']);
  assert.match(stdout, /^repeatSeconds = 30\n {2}from +default\n/);
  assert.match(stdout, /takes +a number, at least 0\n/);
  assert.match(stdout, /--repeat-seconds\n[^]*CC2CC_REPEAT_SECONDS\n/);
});

test('--path is the path and nothing else, whatever is in the file', async (t) => {
  const home = homeWith(t, '{');
  const { code, stdout } = await cc2cc(t, home, ['config', '--path']);
  assert.deepEqual([code, stdout], [0, `${home.paths.config}\n`]);
});

const WRONG: [title: string, file: string | undefined, env: Env, args: string[], says: RegExp][] = [
  ['an unknown key', '{"keepdays": 3}', {}, [], /config\.json: .*"keepdays".*mean keepDays\?$/],
  ['a key like no other', '{"x-ray": 3}', {}, [], /config\.json: .*"x-ray".*cc2cc config$/],
  ['a wrong value', '{"rate": "fast"}', {}, [], /config\.json: rate: expected .* not "fast"/],
  ['a wrong value of a hook', '{"hookMs": 0}', {}, [], /config\.json: hookMs: /],
  ['a word for a switch', '{"encrypt": "on"}', {}, [], /config\.json: encrypt: .*true or false/],
  ['a lane that is none', '{"lanes": "horn"}', {}, [], /config\.json: lanes: .*not "horn"/],
  ['a name', '{"name": "owl"}', {}, [], /config\.json: name cannot be set here: .*CC2CC_NAME/],
  ['a key of every object', '{"constructor": 1}', {}, [], /config\.json: .*"constructor"/],
  ['the prototype', '{"__proto__": 1}', {}, [], /config\.json: .*"__proto__"/],
  ['no JSON', '{"rate": 1,}', {}, [], /config\.json is not JSON: /],
  ['no object', '[]', {}, [], /config\.json is not a JSON object/],
  ['nothing', '', {}, [], /config\.json is not JSON/],
  ['a wrong variable', undefined, { CC2CC_ENCRYPT: 'yes' }, [], /CC2CC_ENCRYPT: .*not "yes"/],
  ['a wrong one of a session', undefined, { CC2CC_LANES: 'x' }, [], /CC2CC_LANES: .*not "x"/],
  ['a wrong one of a hook', undefined, { CC2CC_HOOK_MS: '99999' }, [], /CC2CC_HOOK_MS: /],
  ['a wrong flag', undefined, {}, ['--signatures', 'never'], /--signatures: .*not "never"/],
  ['an empty flag', undefined, {}, ['--host', ''], /--host takes a value/],
  ['a key that is none', undefined, {}, ['rates'], /no setting "rates"\. Did you mean rate\?/],
];

for (const [title, file, env, args, says] of WRONG) {
  test(`${title} is an error that names it`, async (t) => {
    const ended = await cc2cc(t, homeWith(t, file), ['config', ...args], env);
    assert.equal(ended.code, 2, ended.stderr);
    assert.equal(ended.stdout, '');
    assert.match(ended.stderr.trimEnd(), says);
  });
}

test('other commands mind a mistake in the file too; a hook does not', async (t) => {
  const home = homeWith(t, '{"rate": 1, "keepdays": 3}');
  const status = await cc2cc(t, home, ['status', '--message', 'msg-none']);
  assert.equal(status.code, 2);
  assert.match(status.stderr, /config\.json: .*"keepdays".*mean keepDays/);
  const { code, stderr } = await cc2cc(t, home, ['--host', 'box', 'hook', 'stop']);
  assert.deepEqual([code, stderr], [0, '']);
});

test('a narrow terminal gets lines that fit', async (t) => {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' });
  } catch {
    return t.skip('needs script(1) of util-linux, for a terminal');
  }
  const line = `stty cols 30; '${process.execPath}' '${CC2CC}' config`;
  const command = ['script', '--quiet', '--return', '--command', line, '/dev/null'] as const;
  const { code, stdout } = await runHook(t, homeWith(t), [], { command });
  assert.equal(code, 0, stdout);
  // eslint-disable-next-line no-control-regex -- colours take no room
  const lines = stdout.replaceAll(/\u001b\[\d+m/g, '').split(/\r?\n/);
  const table = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('config.json')),
  );
  assert.ok(table.length > 20, stdout);
  for (const row of table) assert.ok(row.length <= 30, row);
});

test('a relative bridge root is an error that names who says so', async (t) => {
  for (const [file, env, says] of [
    ['{"bridgeDir": "post"}', { CC2CC_BRIDGE_DIR: '' }, /config\.json: bridgeDir: .*"post"/],
    [undefined, { CC2CC_BRIDGE_DIR: 'post' }, /CC2CC_BRIDGE_DIR: .*"post"/],
  ] as const) {
    const args = ['status', '--message', 'msg-none'];
    const { code, stderr } = await cc2cc(t, homeWith(t, file), args, env);
    assert.equal(code, 1);
    assert.match(stderr, says);
  }
});

test('set writes, keeps what else is there, and leaves no draft', async (t) => {
  const home = homeWith(t);
  const set = (...args: string[]): Promise<Ended> => cc2cc(t, home, ['config', 'set', ...args]);
  for (const [key, value] of [
    ['keepDays', '14'],
    ['rate', 'off'],
    ['encrypt', '1'],
    ['lanes', 'socket,hook'],
  ] as const) {
    assert.equal((await set(key, value)).code, 0);
  }
  const { config } = home.paths;
  const written = { keepDays: 14, rate: 'off', encrypt: true, lanes: 'socket,hook' };
  assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), written);
  assert.equal(statSync(config).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dirname(config)), ['config.json']);
  for (const [key, value] of [
    ['keepDays', 'long'],
    ['keepday', '1'],
    ['name', 'owl'],
  ] as const) {
    const { code, stderr } = await set(key, value);
    assert.equal(code, 2);
    assert.ok(stderr.includes(key), stderr);
  }
  assert.equal((await set('rate')).code, 2);
  assert.deepEqual(
    JSON.parse(readFileSync(config, 'utf8')),
    written,
    'what is wrong is not written',
  );
});

test('of several changes at once none is lost', async (t) => {
  const home = homeWith(t);
  const values = { rate: 5, ttl: 7, keepDays: 3, maxInbox: 9, sweepMs: 50, roundMs: 60 };
  const set = ([key, value]: [string, number]): Promise<Ended> =>
    cc2cc(t, home, ['config', 'set', key, String(value)]);
  const ended = await Promise.all(Object.entries(values).map(set));
  for (const { code, stderr } of ended) assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(readFileSync(home.paths.config, 'utf8')), {
    ...values,
  });
});

test('unset takes out, also what does not belong there', async (t) => {
  const home = homeWith(t, '{"rate": 5, "ttl": 9, "rtae": 1}');
  const unset = (key: string): Promise<Ended> => cc2cc(t, home, ['config', 'unset', key]);
  const first = await unset('rate');
  assert.deepEqual([first.code, first.stdout], [0, `rate taken out of ${home.paths.config}.\n`]);
  assert.match(first.stderr, /Something else is wrong: .*"rtae"/);
  assert.equal((await unset('rtae')).code, 0);
  const again = await unset('rate');
  const nothing = `rate is not in ${home.paths.config}; nothing changed.\n`;
  assert.deepEqual([again.code, again.stderr], [0, nothing], 'it is out already');
  assert.equal((await unset('raet')).code, 2);
  assert.deepEqual(JSON.parse(readFileSync(home.paths.config, 'utf8')), { ttl: 9 });
});

test('a file that is a link stays one', async (t) => {
  const home = homeWith(t);
  const { config } = home.paths;
  const dotfile = join(home.dir, 'dotfile.json');
  writeFileSync(dotfile, '{}');
  mkdirSync(dirname(config), { recursive: true });
  symlinkSync(dotfile, config);
  const { stderr } = await cc2cc(t, home, ['config', 'set', 'ttl', '5'], { CC2CC_TTL: '7' });
  assert.match(stderr, /CC2CC_TTL in the environment comes before it/);
  assert.ok(lstatSync(config).isSymbolicLink());
  assert.deepEqual(JSON.parse(readFileSync(dotfile, 'utf8')), { ttl: 5 });
});
