import assert from 'node:assert/strict';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { OwnHeartbeats } from '../../daemon/own-heartbeats.js';
import { heartbeatPath, readHeartbeat } from '../../protocol/heartbeat.js';
import { until } from '../support/events.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

const SIGN = { session_id: '1', status: 'active', context: 'attached', host: 'here' } as const;

interface Scene {
  root: string;
  path: string;
  beats: OwnHeartbeats;
  /** Writes it, and looks that it is as of now. */
  beat: (more?: object) => void;
  inode: () => number;
}

function scene(t: TestContext): Scene {
  const root = tempFolder(t);
  mkdirSync(join(root, 'status'), { mode: 0o700 });
  const beats = new OwnHeartbeats(root);
  const path = heartbeatPath(root, 'ann');
  const beat = (more: object = {}): void => {
    const before = new Date().toISOString();
    beats.put('ann', { ...SIGN, ...more });
    const found = readHeartbeat(root, 'ann');
    assert.ok(found !== undefined && found.timestamp >= before, readFileSync(path, 'utf8'));
    assert.equal(found.heartbeat, found.timestamp);
    for (const [key, value] of Object.entries({ ...SIGN, ...more })) {
      assert.equal(found[key], value);
    }
  };
  beat();
  return { root, path, beats, beat, inode: () => lstatSync(path).ino };
}

test('only the times are written anew, in the same file, as long as nothing else changes', (t) => {
  const { beat, inode, beats } = scene(t);
  const first = inode();
  beat();
  beat();
  assert.equal(inode(), first);
  assert.ok(beats.isUntouched('ann'));
  beat({ summary: 'busy' });
  assert.notEqual(inode(), first, 'another text is another file: nobody reads half of each');
  beat({ summary: 'idle' });
  beat({ status: 'offline' });
  assert.ok(!beats.isUntouched('ann'), 'the last one of a session is nobody’s to keep');
});

test('a file that is not as we left it is replaced, and told apart', async (t) => {
  const { root, path, beats, beat } = scene(t);
  const elsewhere = join(root, 'elsewhere');
  const text = readFileSync(path, 'utf8');
  const changes: Record<string, () => void> = {
    removed: () => undefined,
    'written by somebody else': () => {
      writeFileSync(path, JSON.stringify({ agent: 'ann', timestamp: 'x', status: 'active' }));
    },
    'a link': () => {
      writeFileSync(elsewhere, text);
      symlinkSync(elsewhere, path);
    },
    'also a file elsewhere': () => {
      rmSync(elsewhere, { force: true });
      writeFileSync(elsewhere, text);
      linkSync(elsewhere, path);
    },
    'of another length': () => {
      writeFileSync(path, `${text}\n`);
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    rmSync(path, { force: true });
    change();
    assert.ok(!beats.isUntouched('ann'), what);
    beat();
    assert.ok(lstatSync(path).isFile() && lstatSync(path).nlink === 1, what);
    if (what.startsWith('a ') || what.startsWith('also'))
      assert.equal(readFileSync(elsewhere, 'utf8'), text, what);
  }
  // In place, and of the same length: the time of the change tells.
  const { mtimeMs } = lstatSync(path);
  await until(() => {
    writeFileSync(path, readFileSync(path, 'utf8').replace('attached', 'detached'));
    return lstatSync(path).mtimeMs !== mtimeMs;
  }, 'another time of change');
  assert.ok(!beats.isUntouched('ann'));
  beat();
});

test('an agent without a heartbeat of ours has none that is untouched', (t) => {
  const { beats } = scene(t);
  assert.ok(!beats.isUntouched('ben'));
});
