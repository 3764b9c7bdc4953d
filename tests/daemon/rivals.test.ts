import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { OwnHeartbeats } from '../../daemon/own-heartbeats.js';
import { Rivals } from '../../daemon/rivals.js';
import { heartbeatPath } from '../../protocol/heartbeat.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

interface Scene {
  rivals: Rivals;
  /** Looks at the heartbeat of ann, after one with these fields was written; none for undefined. */
  look: (fields?: object) => boolean;
  notices: string[];
}

function scene(t: TestContext): Scene {
  const root = tempFolder(t);
  mkdirSync(join(root, 'status'));
  const notices: string[] = [];
  const session = {
    agent: { name: 'ann' },
    notice: (text: string) => {
      notices.push(text);
    },
  };
  const log = { info: () => undefined, warn: () => undefined };
  const heartbeats = new OwnHeartbeats(root);
  const rivals = new Rivals({ root, log, heartbeats, agent: () => session } as never);
  const look = (fields?: object): boolean => {
    const path = heartbeatPath(root, 'ann');
    if (fields === undefined) rmSync(path, { force: true });
    else {
      const beat = { agent: 'ann', timestamp: new Date().toISOString(), status: 'active' };
      writeFileSync(path, JSON.stringify({ ...beat, ...fields }));
    }
    return rivals.look(session as never);
  };
  return { rivals, look, notices };
}

/** Heartbeat → whether ours must be written anew, and whether somebody else uses the name. */
const CASES: [string, object | undefined, { mend: boolean; rival: boolean }][] = [
  ['ours', { host: 'here' }, { mend: false, rival: false }],
  [
    'ours, of an agent that is leaving',
    { host: 'here', status: 'offline' },
    { mend: false, rival: false },
  ],
  ['none', undefined, { mend: true, rival: false }],
  ["an original's", {}, { mend: true, rival: true }],
  ['one that has ended', { status: 'offline' }, { mend: true, rival: false }],
  ['one that is old', { timestamp: '2026-01-01T00:00:00.000Z' }, { mend: true, rival: false }],
  ['a torn one', { status: 7 }, { mend: true, rival: false }],
];

for (const [what, fields, { mend, rival }] of CASES) {
  test(`the heartbeat is ${what}`, (t) => {
    const { rivals, look, notices } = scene(t);
    assert.equal(look(fields), mend);
    assert.equal(rivals.has('ann'), rival);
    assert.equal(rivals.problems().length, rival ? 1 : 0);
    assert.equal(notices.length, rival ? 1 : 0);
  });
}

test('both write in turns: it is one rival, told of once, until it says goodbye', (t) => {
  const { rivals, look, notices } = scene(t);
  for (let i = 0; i < 3; i += 1) {
    look({});
    look({ host: 'here' });
    assert.ok(rivals.has('ann'));
  }
  assert.equal(notices.length, 1);
  look({ status: 'offline' });
  assert.equal(rivals.has('ann'), false);
  look({});
  assert.equal(notices.length, 2);
});
