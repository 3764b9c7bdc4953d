import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { loadConfig } from '../../protocol/config.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { tempFolder } from './support/temp-folder.js';

const DEFAULTS = {
  rate: 60,
  maxInbox: 10_000,
  ttl: 3600,
  presence: 'on',
  logLevel: 'info',
  roundMs: 4000,
  idleMs: 15_000,
  turnMs: 3000,
  repeatSeconds: 30,
};

function configFile(t: TestContext, text: string): string {
  const path = join(tempFolder(t), 'config.json');
  writeFileSync(path, text);
  return path;
}

function refused(path: string, env: Record<string, string>, named: string): void {
  assert.throws(
    () => loadConfig(path, env),
    (error) =>
      error instanceof Cc2ccError && error.code === 'E_USAGE' && error.message.includes(named),
    named,
  );
}

test('without a file the defaults hold', (t) => {
  const config = loadConfig(join(tempFolder(t), 'none.json'), {});
  assert.deepEqual({ ...config, ...DEFAULTS }, config);
});

test('the file says, and the environment has the last word', (t) => {
  const path = configFile(t, '{"rate": 5, "ttl": 0, "presence": "off"}');
  const config = loadConfig(path, { CC2CC_RATE: 'off', CC2CC_MAX_INBOX: '7', CC2CC_TTL: '' });
  assert.deepEqual(
    [config.rate, config.ttl, config.presence, config.maxInbox],
    ['off', 0, 'off', 7],
  );
  assert.equal(loadConfig(path, { CC2CC_RATE: '0.5' }).rate, 0.5);
  assert.equal(loadConfig(path, { CC2CC_REPEAT_SECONDS: '0' }).repeatSeconds, 0);
});

test('an error names the variable at fault', (t) => {
  const path = join(tempFolder(t), 'none.json');
  const wrong: [variable: string, value: string][] = [
    ['CC2CC_RATE', 'fast'],
    ['CC2CC_RATE', '0'],
    ['CC2CC_RATE', '-1'],
    ['CC2CC_MAX_INBOX', '1.5'],
    ['CC2CC_MAX_INBOX', '0'],
    ['CC2CC_TTL', 'long'],
    ['CC2CC_REPEAT_SECONDS', 'never'],
    ['CC2CC_IDLE_MS', '99'],
    ['CC2CC_TURN_MS', '0.5'],
    ['CC2CC_LOG_LEVEL', 'loud'],
    ['CC2CC_LOG_BYTES', '1e3x'],
    ['CC2CC_ROUND_MS', '5'],
    ['CC2CC_ROUND_MS', '60000'],
    ['CC2CC_SWEEP_MS', 'off'],
  ];
  for (const [variable, value] of wrong) refused(path, { [variable]: value }, variable);
});

test('an error names the file and the field at fault', (t) => {
  for (const [text, field] of [
    ['{"rate": "fast"}', 'rate'],
    ['{"presence": true}', 'presence'],
    ['{"roundMs": 60000}', 'roundMs'],
    ['{"maxinbox": 1}', 'maxinbox'],
  ] as const) {
    const path = configFile(t, text);
    refused(path, {}, path);
    refused(path, {}, field);
  }
  for (const text of ['', '{', 'null', '5', '"x"']) {
    const path = configFile(t, text);
    refused(path, {}, path);
  }
});

test('a file that cannot be read is an error that names it', (t) => {
  const path = join(tempFolder(t), 'config.json');
  mkdirSync(path);
  assert.throws(
    () => loadConfig(path, {}),
    (error) =>
      error instanceof Cc2ccError && error.code === 'E_STORE' && error.message.includes(path),
  );
});

const isWindows = process.platform === 'win32';
test('a file that never ends is not waited for', { skip: isWindows }, (t) => {
  const folder = tempFolder(t);
  const large = join(folder, 'large.json');
  writeFileSync(large, '{}');
  truncateSync(large, 3 * 1024 ** 3);
  const fifo = join(folder, 'fifo.json');
  execFileSync('mkfifo', [fifo]);
  const endless = join(folder, 'endless.json');
  symlinkSync('/dev/zero', endless);
  for (const path of [large, fifo, endless]) {
    assert.throws(
      () => loadConfig(path, {}),
      (error) =>
        error instanceof Cc2ccError && error.code === 'E_STORE' && error.message.includes(path),
    );
  }
});

test('what others read of the file is checked too', (t) => {
  for (const [text, field] of [
    ['{"hookMs": "long"}', 'hookMs'],
    ['{"bridgeDir": 5}', 'bridgeDir'],
    ['{"name": "owl"}', 'name'],
    ['{"encrypt": 1}', 'encrypt'],
    ['{"lanes": ["hook"]}', 'lanes'],
  ] as const) {
    const path = configFile(t, text);
    assert.throws(() => loadConfig(path, {}), new RegExp(`config\\.json: ${field}`));
  }
});

test('what a session leaves open has a default, and a variable of the daemon’s own', (t) => {
  const path = configFile(
    t,
    '{"lanes": "hook", "transcript": "off", "debug": true, "host": "box"}',
  );
  const { lanes, transcript, presence } = loadConfig(path, { CC2CC_PRESENCE: 'off' });
  assert.deepEqual([lanes, transcript, presence], ['hook', 'off', 'off']);
  assert.equal(loadConfig(join(tempFolder(t), 'none.json'), {}).lanes, undefined);
});

test('a key that was mistyped is guessed', (t) => {
  for (const [key, meant] of [
    ['keepdays', 'keepDays'],
    ['KEEP_DAYS', 'keepDays'],
    ['logLevl', 'logLevel'],
    ['sweepMS', 'sweepMs'],
    ['signature', 'signatures'],
  ] as const) {
    const path = configFile(t, JSON.stringify({ [key]: 1 }));
    assert.throws(
      () => loadConfig(path, {}),
      (error) => error instanceof Cc2ccError && error.hint === `Did you mean ${meant}?`,
      key,
    );
  }
});

test('a switch is a variable as the original writes it, and a byte order mark is no mistake', (t) => {
  const path = configFile(t, '\uFEFF{"encrypt": true}');
  assert.equal(loadConfig(path, {}).encrypt, true);
  assert.equal(loadConfig(path, { CC2CC_ENCRYPT: '0' }).encrypt, false);
  assert.equal(loadConfig(join(tempFolder(t), 'x.json'), { CC2CC_ENCRYPT: '1' }).encrypt, true);
  refused(path, { CC2CC_ENCRYPT: 'yes' }, 'CC2CC_ENCRYPT');
});

test('a file that others may have written is not read, also behind a link of ours', (t) => {
  if (process.platform === 'win32') return t.skip('Windows has no mode bits');
  const path = configFile(t, '{"rate": 5}');
  const link = join(tempFolder(t), 'config.json');
  symlinkSync(path, link);
  const isUnsafe = (error: unknown): boolean =>
    error instanceof Cc2ccError && error.code === 'E_UNSAFE' && error.hint !== undefined;
  for (const file of [path, link]) {
    chmodSync(path, 0o664); // as a umask of 002 leaves it
    assert.equal(loadConfig(file, {}).rate, 5);
    chmodSync(path, 0o666);
    assert.throws(() => loadConfig(file, {}), isUnsafe);
  }
  if (process.getuid?.() !== 0) return t.skip('only root can give a file away');
  chmodSync(path, 0o600);
  chownSync(path, 54_321, 54_321);
  for (const file of [path, link]) assert.throws(() => loadConfig(file, {}), isUnsafe);
});
