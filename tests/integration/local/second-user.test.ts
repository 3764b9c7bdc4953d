/** A second user of the machine, a real one by its number, gets nowhere; and nowhere in our way. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createMessage, encodeMessage } from '../../../protocol/envelope.js';
import { newMessageId } from '../../../protocol/ids.js';
import { attachAgent, awake } from '../../support/agents.js';
import { CC2CC, cli } from '../../support/cli.js';
import { DAEMON, startDaemon } from '../../support/daemon.js';
import { listRejected, mailboxOf } from '../../support/files.js';
import { sandboxFor, type Sandbox } from '../../support/sandbox.js';
import { acceptedId, daemonCommand } from '../lifecycle/support.js';
import { asUser, noOtherUser, openSandbox, STRANGER, tryAs, VICTIM } from './support/other-user.js';

test('a second user can neither connect, list, read, write, plant nor end anything', async (t) => {
  const why = noOtherUser();
  if (why !== undefined) return t.skip(why);
  const sandbox = sandboxFor(t);
  openSandbox(sandbox);
  const daemon = await startDaemon(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await awake(ann);
  acceptedId(await ann.call('send', { to: 'ben', text: 'between us' }));
  const { inbox, dir } = mailboxOf(sandbox, 'ann');
  const { token, state, log, rendezvous } = sandbox.hostPaths();
  const message = createMessage({ id: newMessageId(), from: 'ben', to: 'ann', text: 'planted' });
  const outcome = await tryAs(STRANGER, attempts, {
    pid: daemon.pid,
    socket: daemon.rendezvous.socket,
    folders: [sandbox.root, dir, inbox, state, join(sandbox.env['XDG_RUNTIME_DIR']!, 'cc2cc')],
    files: [token, rendezvous, log, join(sandbox.root, 'secret.key')],
    inbox: join(inbox, `${message.id}.json`),
    message: encodeMessage(message).toString(),
  });
  const entries = Object.entries(outcome);
  assert.ok(entries.length >= 15, 'all was tried');
  const got = entries.filter(([, errno]) => !['EACCES', 'EPERM'].includes(errno));
  assert.deepEqual(got, []);
  // Nor by our own programs.
  const env = sandbox.envWith({});
  for (const args of [['status'], ['receive', 'ann'], ['send', 'ann', 'hello', '--from', 'ben']]) {
    const { code, stdout } = await asUser(STRANGER, [process.execPath, CC2CC, ...args], env);
    assert.notEqual(code, 0, args[0]);
    assert.ok(!stdout.includes('ann'), stdout);
  }
  acceptedId(await ben.call('send', { to: 'ann', text: 'as ever' }));
  await ann.waitForMessage('as ever');
  assert.ok(!ann.channel.some(({ content }) => content.includes('planted')));
  assert.deepEqual(listRejected(sandbox), []);
  assert.equal(daemon.ended, undefined);
});

/** Runs as the stranger. Each attempt with the errno that it met, or "done". */
async function attempts(text: string): Promise<Record<string, string>> {
  const fs = await import('node:fs');
  const { connect } = await import('node:net');
  const input = JSON.parse(text) as {
    pid: number;
    socket: string;
    folders: string[];
    files: string[];
    inbox: string;
    message: string;
  };
  const result: Record<string, string> = {};
  const attempt = (what: string, step: () => unknown): void => {
    try {
      step();
      result[what] = 'done';
    } catch (error) {
      result[what] = (error as NodeJS.ErrnoException).code ?? String(error);
    }
  };
  for (const folder of input.folders) {
    attempt(`list ${folder}`, () => fs.readdirSync(folder));
    attempt(`make something in ${folder}`, () => {
      fs.mkdirSync(`${folder}/mine`);
    });
  }
  for (const file of input.files) {
    attempt(`read ${file}`, () => fs.readFileSync(file));
    attempt(`append to ${file}`, () => {
      fs.appendFileSync(file, 'x');
    });
  }
  attempt('plant a message', () => {
    fs.writeFileSync(input.inbox, input.message);
  });
  attempt('plant a link', () => {
    fs.symlinkSync('/etc/hostname', input.inbox);
  });
  attempt('plant a hard link', () => {
    fs.linkSync('/etc/hostname', input.inbox);
  });
  attempt('remove the socket', () => {
    fs.unlinkSync(input.socket);
  });
  attempt('read its environment', () => fs.readFileSync(`/proc/${input.pid}/environ`));
  attempt('list its files', () => fs.readdirSync(`/proc/${input.pid}/fd`));
  attempt('end it', () => process.kill(input.pid, 'SIGTERM'));
  result['connect'] = await new Promise((resolve) => {
    const socket = connect(input.socket);
    socket.on('connect', () => {
      resolve('done');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? String(error));
    });
  });
  return result;
}

/** A home of VICTIM's own in a place where anybody may make folders, as in /tmp. */
function sharedPlace(t: TestContext): {
  sandbox: Sandbox;
  shared: string;
  env: typeof process.env;
} {
  const sandbox = sandboxFor(t);
  openSandbox(sandbox);
  const shared = join(sandbox.dir, 'shared');
  mkdirSync(shared);
  chmodSync(shared, 0o1777);
  const own = (name: string): string => {
    const path = join(sandbox.dir, `victim-${name}`);
    mkdirSync(path, { mode: 0o700 });
    chownSync(path, VICTIM, VICTIM);
    return path;
  };
  const env = sandbox.envWith({
    HOME: own('home'),
    XDG_RUNTIME_DIR: own('run'),
    XDG_STATE_HOME: own('state'),
    XDG_CONFIG_HOME: own('config'),
    CC2CC_BRIDGE_DIR: join(shared, 'bridge'),
  });
  return { sandbox, shared, env };
}

/** What the stranger puts there before the victim has started anything, and what the victim is told. */
const SQUATS: Record<
  string,
  {
    put: (place: { shared: string; dir: string }) => string;
    env?: (place: { shared: string; dir: string }) => Record<string, string>;
    told: RegExp;
  }
> = {
  'the root, as a folder that all may write to': {
    put: ({ shared }) => folderOfStranger(join(shared, 'bridge')),
    told: /bridge belongs to user 54321/,
  },
  "the root, as a link to the victim's own files": {
    put: ({ shared, dir }) => {
      const path = join(shared, 'bridge');
      symlinkSync(join(dir, 'victim-home'), path);
      lchownSync(path, STRANGER, STRANGER);
      return path;
    },
    told: /bridge is a symbolic link of user 54321/,
  },
  'the runtime folder': {
    put: ({ shared }) => folderOfStranger(join(shared, 'cc2cc')),
    env: ({ shared }) => ({ XDG_RUNTIME_DIR: shared }),
    told: /shared\/cc2cc belongs to user 54321/,
  },
  'the folder in /tmp for sockets whose path is too long elsewhere': {
    put: () => folderOfStranger(`/tmp/cc2cc-${VICTIM}`),
    env: ({ dir }) => {
      const long = join(dir, 'victim-home', 'a-rather-long-folder-name-'.repeat(4));
      mkdirSync(long, { mode: 0o700 });
      chownSync(long, VICTIM, VICTIM);
      return { XDG_RUNTIME_DIR: join(dir, 'nowhere'), XDG_STATE_HOME: long };
    },
    told: new RegExp(`/tmp/cc2cc-${VICTIM} belongs to user 54321`),
  },
};

for (const [what, { put, env: more, told }] of Object.entries(SQUATS)) {
  test(`a squatter has taken ${what}: the victim is told, and nothing of it is used`, async (t) => {
    const why = noOtherUser();
    if (why !== undefined) return t.skip(why);
    const { sandbox, shared, env } = sharedPlace(t);
    const place = { shared, dir: sandbox.dir };
    const all = { ...env, ...more?.(place) } as Record<string, string>;
    const path = put(place);
    t.after(() => {
      rmSync(path, { recursive: true, force: true });
    });
    const before = lstatSync(path);
    const home = readdirSync(join(sandbox.dir, 'victim-home'));
    for (const args of [
      [DAEMON, 'start'],
      [CC2CC, 'send', 'ann', 'hello', '--from', 'ben'],
    ]) {
      const { code, stderr } = await asUser(VICTIM, [process.execPath, ...args], all);
      if (args[0] === DAEMON || /bridge/.test(path)) {
        assert.notEqual(code, 0);
        assert.match(stderr, told);
      }
    }
    const after = lstatSync(path);
    assert.deepEqual([after.mode, after.uid, after.ino], [before.mode, before.uid, before.ino]);
    if (after.isDirectory()) assert.deepEqual(readdirSync(path), []);
    assert.deepEqual(readdirSync(join(sandbox.dir, 'victim-home')), home, 'nothing was made there');
  });
}

test('in a folder where anybody may make files, ours are as closed', async (t) => {
  const why = noOtherUser();
  if (why !== undefined) return t.skip(why);
  const { sandbox, shared } = sharedPlace(t);
  const env = { CC2CC_BRIDGE_DIR: join(shared, 'bridge') };
  assert.equal((await daemonCommand(sandbox, ['start'], env)).code, 0);
  const outcome = await tryAs(
    STRANGER,
    async (text: string) => {
      const fs = await import('node:fs');
      const { root, aside } = JSON.parse(text) as { root: string; aside: string };
      const steps: [string, () => unknown][] = [
        ['list', () => fs.readdirSync(root)],
        ['move away', () => fs.renameSync(root, aside)],
        ['remove', () => fs.rmdirSync(root)],
        ['open up', () => fs.chmodSync(root, 0o777)],
      ];
      return steps.map(([what, step]) => {
        try {
          step();
          return `${what}: done`;
        } catch (error) {
          return `${what}: ${(error as NodeJS.ErrnoException).code}`;
        }
      });
    },
    { root: env.CC2CC_BRIDGE_DIR, aside: join(shared, 'aside') },
  );
  assert.deepEqual(outcome, [
    'list: EACCES',
    'move away: EPERM',
    'remove: EPERM',
    'open up: EPERM',
  ]);
  await daemonCommand(sandbox, ['stop'], env);
});

test("doctor --fix, cleanup and uninstall --purge leave another's files alone, also behind links", async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can give files away');
  const sandbox = sandboxFor(t);
  await attachAgent(sandbox, { name: 'ann' }).then((ann) => ann.close());
  await daemonCommand(sandbox, ['stop']);
  const foreign = join(sandbox.dir, 'foreign');
  mkdirSync(foreign, { mode: 0o700 });
  writeFileSync(join(foreign, 'msg.json'), 'not yours', { mode: 0o666 });
  for (const path of [join(foreign, 'msg.json'), foreign]) chownSync(path, STRANGER, STRANGER);
  const { inbox, done, tmp } = mailboxOf(sandbox, 'ann');
  const { state, locks } = sandbox.hostPaths();
  rmSync(done, { recursive: true });
  rmSync(join(sandbox.root, 'rejected'), { recursive: true });
  for (const path of [
    join(inbox, 'a.json'),
    join(tmp, 'b.json'),
    done,
    join(sandbox.root, 'rejected'),
    join(sandbox.root, 'to-bea'),
    join(sandbox.root, 'tasks'),
    join(state, 'more'),
    join(locks, 'receive-ann'),
  ]) {
    symlinkSync(foreign, path);
  }
  const before = stateOf(foreign);
  for (const args of [
    ['doctor', '--fix'],
    ['cleanup', '--days', '1'],
    ['uninstall', '--purge', '--yes'],
  ]) {
    await cli(sandbox, args);
    assert.deepEqual(stateOf(foreign), before, args.join(' '));
  }
  assert.equal(existsSync(inbox), false, 'what is ours has gone');
});

function stateOf(folder: string): unknown[] {
  return [folder, ...readdirSync(folder).map((name) => join(folder, name))].map((path) => {
    const { mode, uid, mtimeMs, ctimeMs, size } = lstatSync(path);
    return [path, mode, uid, mtimeMs, ctimeMs, size];
  });
}

function folderOfStranger(path: string): string {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  chmodSync(path, 0o777);
  chownSync(path, STRANGER, STRANGER);
  return path;
}
