/** What depends on the machine is judged apart from how it is found out. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { judgeDisk, type Room } from '../../../scripts/doctor/checks/disk.js';
import { isAtLeast, judgeNode, judgeNodePath } from '../../../scripts/doctor/checks/node.js';
import { judgeService } from '../../../scripts/doctor/checks/service.js';
import { judgeInotify } from '../../../scripts/doctor/checks/watcher.js';
import type { Finding, State } from '../../../scripts/doctor/check.js';
import type { ServiceState } from '../../../service/manager.js';

const MIB = 1024 * 1024;
const room = (bytes: number, files?: number): Room => ({ path: '/x', bytes, files });

const SERVICE: ServiceState = {
  kind: 'systemd',
  name: 'cc2cc-daemon.service',
  path: '/home/ann/.config/systemd/user/cc2cc-daemon.service',
  installed: true,
  current: true,
  enabled: true,
  active: true,
  lingers: false,
  pid: 7,
  problems: [],
};
const service = (more: Partial<ServiceState>): Finding => judgeService({ ...SERVICE, ...more });

const CASES: [what: string, finding: unknown, state: State, mend?: RegExp][] = [
  ['a Node that will do', judgeNode('20.19.0', '>=20.19.0'), 'ok'],
  ['a newer Node', judgeNode('26.0.0', '>=20.19.0'), 'ok'],
  ['an older Node', judgeNode('20.18.3', '>=20.19.0'), 'fail', /nodejs\.org/],
  ['Node of the system', judgeNodePath('/usr/bin/node'), 'ok'],
  ['much room', judgeDisk([room(9000 * MIB, 1e6), room(5000 * MIB)]), 'ok'],
  ['little room', judgeDisk([room(9000 * MIB), room(50 * MIB)]), 'warn', /cleanup --days 1/],
  ['no room', judgeDisk([room(1 * MIB, 1e6)]), 'fail', /cleanup --days 1/],
  ['few files', judgeDisk([room(9000 * MIB, 500)]), 'warn', /cleanup/],
  ['no files', judgeDisk([room(9000 * MIB, 2)]), 'fail', /cleanup/],
  ['few watches taken', judgeInotify(inotify(2, 128, 50, 8192)), 'ok'],
  [
    'nearly all instances',
    judgeInotify(inotify(110, 128, 50, 8192)),
    'warn',
    /^sudo sysctl fs\.inotify\.max_user_instances=512$/,
  ],
  [
    'all watches',
    judgeInotify(inotify(2, 128, 100_000, 100_000)),
    'fail',
    /^sudo sysctl fs\.inotify\.max_user_watches=200000$/,
  ],
  ['a service that runs', service({}), 'ok'],
  ['no service', service({ installed: false, current: null }), 'skip'],
  [
    'what is left of a service',
    service({ installed: false, problems: ['a link is left'] }),
    'warn',
    /^cc2cc-daemon uninstall$/,
  ],
  ['an old unit', service({ current: false }), 'warn', /^cc2cc-daemon install$/],
  ['a service that is down', service({ active: false }), 'fail', /^cc2cc-daemon start$/],
  ['one not enabled', service({ enabled: false }), 'warn', /^cc2cc-daemon enable$/],
  ['one with problems', service({ problems: ['no linger'] }), 'warn', /^cc2cc-daemon install$/],
  ['what cannot be told', service({ enabled: null, active: null }), 'ok'],
];

for (const [what, finding, state, mend] of CASES) {
  test(what, () => {
    const { state: is, fix, text } = finding as Finding;
    assert.equal(is, state, text);
    if (mend === undefined) assert.equal(fix, undefined);
    else assert.match(fix?.command ?? '', mend);
    assert.doesNotMatch(text, /\.$/);
  });
}

for (const folder of [
  '.nvm/versions/node/v22.1.0/bin',
  'fnm_multishells/1_2/bin',
  'Cellar/node/22.1.0/bin',
]) {
  test(`a Node in ${folder} goes with its version`, (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'cc2cc-'));
    t.after(() => {
      rmSync(dir, { recursive: true });
    });
    const program = join(dir, folder, 'node');
    mkdirSync(dirname(program), { recursive: true });
    writeFileSync(program, '');
    const { state, fix } = judgeNodePath(program) as Finding;
    assert.deepEqual([state, fix?.command], ['warn', 'cc2cc init']);
  });
}

for (const [version, least, is] of [
  ['2.1.224', '2.1.224', true],
  ['2.1.223', '2.1.224', false],
  ['2.10.0', '2.9.9', true],
  ['3', '2.1.224', true],
  ['0.2.0-beta.1', '0.2.0', true],
] as const) {
  test(`${version} ${is ? 'is' : 'is not'} at least ${least}`, () => {
    assert.equal(isAtLeast(version, least), is);
  });
}

function inotify(
  instances: number,
  maxInstances: number,
  watches: number,
  maxWatches: number,
): Parameters<typeof judgeInotify>[0] {
  return {
    instances: { used: instances, max: maxInstances },
    watches: { used: watches, max: maxWatches },
  };
}
