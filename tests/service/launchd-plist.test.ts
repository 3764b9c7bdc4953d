import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ServiceSpec } from '../../service/manager.js';
import { renderPlist } from '../../service/launchd-plist.js';
import { parsePlist, type PlistValue } from './support/plist.js';
import { macSpec, pathText } from './support/specs.js';

const path = pathText('aä🦊 &<>"\'\\%$@;`]').map((text) => `/${text}`);
const specs: fc.Arbitrary<ServiceSpec> = fc
  .record({ node: path, daemon: path, home: path, errorLog: path, root: path })
  .map(({ root, ...rest }) => macSpec({ ...rest, environment: { CC2CC_BRIDGE_DIR: root } }));

/** The keys that we may use, with what launchd.plist(5) wants of them. */
const KEYS: Readonly<Record<string, (value: PlistValue) => boolean>> = {
  Label: isText,
  ProgramArguments: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  EnvironmentVariables: isDictOf(isText),
  WorkingDirectory: isPath,
  LimitLoadToSessionType: (value) =>
    Array.isArray(value) && value.every((one) => one === 'Aqua' || one === 'Background'),
  RunAtLoad: (value) => value === true,
  KeepAlive: isDictOf((value) => typeof value === 'boolean'),
  ThrottleInterval: isWhole,
  ProcessType: (value) => value === 'Standard',
  ExitTimeOut: isWhole,
  Umask: (value) => value === 0o077,
  StandardOutPath: isPath,
  StandardErrorPath: isPath,
};

describe('the property list of the LaunchAgent', () => {
  it('has keys that launchd knows, each of its type, and all that we rely on', () => {
    const plist = parsePlist(renderPlist('cc2cc.daemon', macSpec()).toString());
    assert.deepEqual(Object.keys(plist).sort(), Object.keys(KEYS).sort());
    for (const [key, value] of Object.entries(plist)) {
      assert.ok(KEYS[key]?.(value), `${key}: ${JSON.stringify(value)}`);
    }
    assert.deepEqual(plist['KeepAlive'], { SuccessfulExit: false });
    assert.equal(plist['Label'], 'cc2cc.daemon');
  });

  it('gives every path back as itself', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        assertReadBack(spec, parsePlist(renderPlist('cc2cc.daemon', spec).toString()));
      }),
    );
  });

  it('is read alike by plistlib', (t) => {
    const samples = fc.sample(specs, 100);
    const plists = samples.map((spec) => renderPlist('cc2cc.daemon', spec).toString('base64'));
    const { error, status, stdout, stderr } = spawnSync('python3', ['-c', READ_ALL], {
      input: plists.join('\n'),
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (error !== undefined || stderr.includes("No module named 'plistlib'")) {
      return t.skip('needs python3 with its standard library');
    }
    assert.equal(status, 0, stderr);
    const read = JSON.parse(stdout) as Record<string, PlistValue>[];
    for (const [index, spec] of samples.entries()) assertReadBack(spec, read[index]!);
  });

  it('refuses what XML cannot hold', () => {
    for (const sign of ['\n', '\u0001', '\uFFFF', '\uD800']) {
      assert.throws(() => renderPlist('x', macSpec({ node: `/a${sign}b` })), { code: 'E_PATH' });
    }
  });

  it('runs the daemon while its files are there, and else ends well', (t) => {
    if (process.platform === 'win32') return t.skip('needs sh');
    const script = import.meta.filename;
    const endOf = (changes: Partial<ServiceSpec>): number | null => {
      const plist = parsePlist(renderPlist('x', macSpec(changes)).toString());
      const [program = '', ...args] = plist['ProgramArguments'] as string[];
      return spawnSync(program, args, { timeout: 20_000 }).status;
    };
    // `false` stands for a daemon that fails: launchd must hear of it.
    assert.equal(endOf({ node: '/bin/false', daemon: script }), 1);
    assert.equal(endOf({ node: '/bin/false', daemon: `${script}.gone` }), 0);
    assert.equal(endOf({ node: '/bin/gone', daemon: script }), 0);
  });
});

const READ_ALL = `
import sys, base64, json, plistlib
print(json.dumps([plistlib.loads(base64.b64decode(line)) for line in sys.stdin]))
`;

function assertReadBack(spec: ServiceSpec, plist: Record<string, PlistValue>): void {
  const [, , , , node, daemon, ...rest] = plist['ProgramArguments'] as string[];
  assert.deepEqual([node, daemon, ...rest], [spec.node, spec.daemon, 'run', '--service']);
  assert.equal(plist['WorkingDirectory'], spec.home);
  assert.equal(plist['StandardErrorPath'], spec.errorLog);
  const { PATH, ...environment } = plist['EnvironmentVariables'] as Record<string, string>;
  assert.deepEqual(environment, spec.environment);
  assert.match(PATH ?? '', /:\/usr\/bin:/);
}

function isText(value: PlistValue): boolean {
  return typeof value === 'string' && value !== '';
}

function isPath(value: PlistValue): boolean {
  return typeof value === 'string' && value.startsWith('/');
}

function isWhole(value: PlistValue): boolean {
  return Number.isInteger(value);
}

function isDictOf(isRight: (value: PlistValue) => boolean): (value: PlistValue) => boolean {
  return (value) =>
    typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isRight);
}
