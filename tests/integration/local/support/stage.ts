/** A home in which everything of ours exists, and things that are wrong with it. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { attachAgent, awake, startShim } from '../../../support/agents.js';
import { cli } from '../../../support/cli.js';
import { daemonPids, endDaemons } from '../../../support/daemon.js';
import { until } from '../../../support/events.js';
import { dropMessage, listDone } from '../../../support/files.js';
import type { HostPaths } from '../../../../protocol/host-paths.js';
import type { Sandbox } from '../../../support/sandbox.js';
import { acceptedId, daemonCommand, drainInbox } from '../../lifecycle/support.js';

/** Stands in files that nobody may read; wherever it turns up, somebody has. */
const CANARY = 'canary-that-must-not-sing';

/** Stands in files of the home; as long as the canary, which takes its place where it is spoilt. */
const WORDS = 'words-that-all-may-look-a';

/** Another user; there need be none of that number. */
const OTHER_USER = 54_321;

export const isRoot = process.getuid?.() === 0;

/** What can be wrong with a path. */
export const WRONGS = ['link', 'open', 'foreign', 'fifo'] as const;
export type Wrong = (typeof WRONGS)[number];

/**
 * Lets the canary into what is at a path, and puts something wrong in its place.
 *
 * @returns puts it back as it was
 */
export function spoil(sandbox: Sandbox, path: string, wrong: Wrong): () => void {
  const aside = join(asideOf(sandbox), `${basename(dirname(path))}-${basename(path)}`);
  const { uid, gid, mode } = lstatSync(path);
  const good = `${aside}.good`;
  rmSync(good, { recursive: true, force: true });
  cpSync(path, good, { recursive: true, preserveTimestamps: true });
  letIn(path);
  if (wrong === 'open') chmodSync(path, mode | 0o022);
  else if (wrong === 'foreign') chownSync(path, OTHER_USER, OTHER_USER);
  else {
    renameSync(path, aside);
    if (wrong === 'link') symlinkSync(aside, path);
    else execFileSync('mkfifo', ['-m', '600', path]);
  }
  return () => {
    rmSync(path, { recursive: true, force: true });
    renameSync(good, path);
    chmodSync(path, mode & 0o7777);
    if (isRoot) chownSync(path, uid, gid);
    rmSync(aside, { recursive: true, force: true });
  };
}

/** What is in the folder to which links lead: names, modes, owners, times and contents. */
export function asideState(sandbox: Sandbox): string[] {
  return readdirSync(asideOf(sandbox))
    .filter((name) => !name.endsWith('.good'))
    .flatMap((name) => stateOf(join(asideOf(sandbox), name)));
}

/** What was said, or stands in a log that is not spoilt, and holds what nobody may have read. */
export function singing(
  sandbox: Sandbox,
  said: readonly string[],
  spoilt: readonly string[] = [],
): string[] {
  const found = said.filter((text) => text.includes(CANARY));
  const { log, errorLog } = pathsOf(sandbox);
  for (const path of [log, errorLog]) {
    if (spoilt.includes(path)) continue;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() === true && readFileSync(path, 'utf8').includes(CANARY)) found.push(path);
  }
  return found;
}

/** Lives a little, so that every file and folder of ours is there; no daemon runs afterwards. */
export async function live(sandbox: Sandbox): Promise<void> {
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await awake(ann);
  await ann.call('set_summary', { summary: WORDS });
  acceptedId(await ann.call('send', { to: 'ben', text: WORDS }));
  acceptedId(await ben.call('send', { to: 'ann', text: WORDS }));
  await ann.waitForMessage(WORDS);
  await drainInbox(ben);
  await until(() => listDone(sandbox, 'ben').length >= 1, 'a message in done/');
  await ann.call('delegate_task', { to: 'ben', title: WORDS, text: WORDS });
  await ann.call('notify_when_idle', { agent: 'ben' });
  await ann.close();
  await ben.close();
  dropMessage(sandbox, 'carl', { text: WORDS });
  await cli(sandbox, ['receive', 'carl']);
  const { log, errorLog, config, service, stopped, rendezvous } = pathsOf(sandbox);
  const stale = readFileSync(rendezvous);
  await daemonCommand(sandbox, ['stop']);
  await endDaemons(sandbox);
  writeFileSync(`${rendezvous}.stale`, stale, { mode: 0o600 });
  for (const name of ['ben', 'carl']) dropMessage(sandbox, name, { text: WORDS });
  for (const path of [log, errorLog, stopped]) appendFileSync(path, `${WORDS}\n`, { mode: 0o600 });
  const rules = join(sandbox.root, 'rules.json');
  for (const [path, value] of [
    [rules, { version: 1, default: { instruction: WORDS } }],
    [config, { presence: 'off' }],
    [service, {}],
    [join(dirname(service), 'idle-watches.json'), []],
  ] as const) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, JSON.stringify(value), { mode: 0o600 });
  }
}

const HOOK = JSON.stringify({
  hook_event_name: 'UserPromptSubmit',
  session_id: 'a-session',
  cwd: '/',
  prompt: 'hello',
});

/** What is run in a scene beside a daemon and two sessions. */
const COMMANDS = {
  /** What starts a daemon or asks one, for what stands in the way of all. */
  start: [['status'], ['send', 'ben', 'good day', '--from', 'carl'], ['hook']],
  /** What goes on with the mail. */
  mail: [['status'], ['send', 'ben', 'good day', '--from', 'carl'], ['receive', 'carl'], ['log']],
  /** What else reads the files. */
  read: [['agents', 'ann'], ['agents', '--json'], ['task', 'list'], ['log']],
} as const;
export type Scene = keyof typeof COMMANDS;

/** Runs what looks at a home, and ends it. Returns all that was said. */
export async function scene(sandbox: Sandbox, which: Scene): Promise<string[]> {
  const said: string[] = [];
  const note = ({ stdout, stderr }: { stdout: string; stderr: string }): void => {
    said.push(stdout, stderr);
  };
  note(await daemonCommand(sandbox, ['start']));
  if (daemonPids(sandbox).length > 0) said.push(...(await sessions(sandbox)));
  const results = COMMANDS[which].map((args) => cli(sandbox, args, { stdin: HOOK }));
  for (const result of await Promise.all(results)) note(result);
  await endDaemons(sandbox);
  return said;
}

/** Two sessions, and what they are told, also that they cannot be served. */
async function sessions(sandbox: Sandbox): Promise<string[]> {
  const said: string[] = [];
  const ann = startShim(sandbox, { name: 'ann' });
  const ben = startShim(sandbox, { name: 'ben', lanes: 'tool' });
  await Promise.allSettled([ann.initialize(), ben.initialize()]);
  for (const [client, tool, input] of [
    [ann, 'whoami', {}],
    [ben, 'check_inbox', {}],
    [ann, 'send', { to: 'ben', text: 'good morning' }],
    [ann, 'list_agents', {}],
    [ann, 'list_tasks', {}],
  ] as const) {
    try {
      said.push((await client.call(tool, input)).text);
    } catch (error) {
      said.push(String(error));
    }
  }
  for (const client of [ann, ben]) {
    said.push(...client.channel.map(({ content }) => content));
    await client.close();
  }
  return said;
}

/** Puts the canary in the place of the words in all files at and below a path. */
function letIn(path: string): void {
  const stats = lstatSync(path);
  if (stats.isDirectory()) for (const name of readdirSync(path)) letIn(join(path, name));
  if (!stats.isFile()) return;
  const text = readFileSync(path, 'utf8');
  if (text.includes(WORDS)) writeFileSync(path, text.replaceAll(WORDS, CANARY));
}

function asideOf(sandbox: Sandbox): string {
  const aside = join(sandbox.dir, 'aside');
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  return aside;
}

function stateOf(path: string): string[] {
  const stats = lstatSync(path);
  const { mode, uid, mtimeMs } = stats;
  const facts = [path, mode.toString(8), uid, mtimeMs];
  if (stats.isDirectory()) {
    return [facts.join(' '), ...readdirSync(path).flatMap((name) => stateOf(join(path, name)))];
  }
  const content = stats.isFile()
    ? createHash('sha256').update(readFileSync(path)).digest('hex')
    : '';
  return [[...facts, content].join(' ')];
}

const known = new WeakMap<Sandbox, HostPaths>();

/** Asking for them takes a process, and cannot be done where the configuration is spoilt. */
export function pathsOf(sandbox: Sandbox): HostPaths {
  const paths = known.get(sandbox) ?? sandbox.hostPaths();
  known.set(sandbox, paths);
  return paths;
}

/** A rendezvous file as after a crash. */
export function staleRendezvous(sandbox: Sandbox): string {
  const { rendezvous } = pathsOf(sandbox);
  copyFileSync(`${rendezvous}.stale`, rendezvous);
  return rendezvous;
}
