import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Cc2ccError } from '../../protocol/errors.js';
import { LOCAL_SETTINGS } from '../../protocol/settings/local.js';
import { localValue, resolveLocal } from '../../protocol/settings/local-value.js';
import { takeFlags } from '../../protocol/settings/take-flags.js';

/** What flags set is the environment of this very process. */
function keepingEnvironment(t: TestContext): void {
  const names = Object.values(LOCAL_SETTINGS).map(({ variables }) => variables[0]);
  const before = names.map((name) => process.env[name]);
  t.after(() => {
    names.forEach((name, i) => {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    });
  });
}

const CASES: [args: string[], left: string[], key: keyof typeof LOCAL_SETTINGS, value: unknown][] =
  [
    [['--host', 'box'], [], 'host', 'box'],
    [['--host=a=b', 'stop'], ['stop'], 'host', 'a=b'],
    [['stop', '--hook-ms', '250', '--wait'], ['stop', '--wait'], 'hookMs', 250],
    [['--debug', 'stop'], ['stop'], 'debug', true],
    [['--no-debug'], [], 'debug', false],
    [['--debug', '--debug=0'], [], 'debug', false],
    [['--no-launch'], [], 'noLaunch', true],
    [['--no-no-launch'], ['--no-no-launch'], 'noLaunch', true],
    [['--nope', '-h', ''], ['--nope', '-h', ''], 'hookMs', 250],
  ];

test('flags are taken out wherever they stand, and decide', async (t) => {
  keepingEnvironment(t);
  for (const [args, left, key, value] of CASES) {
    assert.deepEqual(takeFlags(args, LOCAL_SETTINGS), left, args.join(' '));
    assert.equal(localValue(key), value, args.join(' '));
    const { source, name } = resolveLocal(key);
    assert.deepEqual([source, name], ['flag', LOCAL_SETTINGS[key].flag]);
  }
});

test('a value that is missing or wrong names the flag', async (t) => {
  keepingEnvironment(t);
  for (const [args, named] of [
    [['--host'], '--host'],
    [['--host='], '--host'],
    [['--host', ''], '--host'],
    [['--hook-ms', '0'], '--hook-ms'],
    [['--debug=maybe'], '--debug'],
  ] as const) {
    assert.throws(
      () => takeFlags(args, LOCAL_SETTINGS),
      (error) => error instanceof Cc2ccError && error.message.startsWith(named),
      args.join(' '),
    );
  }
});
