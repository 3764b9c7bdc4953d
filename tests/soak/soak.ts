import { readFileSync } from 'node:fs';
import { ensureMailbox } from '../../mail/deliver.js';
import { checkHistory, describeViolations } from '../history/check.js';
import { tableOf } from '../history/table.js';
import { INVARIANTS, type Invariant } from '../history/violation.js';
import { daemonCommand } from '../integration/lifecycle/support.js';
import { startDaemon } from '../support/daemon.js';
import { mailboxOf } from '../support/files.js';
import { ACTIONS } from './actions/index.js';
import { measureIdle } from './health.js';
import { emptyAll, everybody, settle } from './settle.js';
import { flatness, type Verdict } from './verdicts.js';
import { work } from './work.js';
import { makeWorld, type World } from './world.js';

const PROBE = new URL('probe.js', import.meta.url);

export interface SoakOptions {
  seed: number;
  agents: number;
  /** How long things happen; starting, settling and checking take longer. */
  milliseconds: number;
  say: (line: string) => void;
}

/**
 * Lets agents, commands, files and faults loose on daemons, first with kills of daemons, then on one
 * daemon that is looked at before and after.
 *
 * @returns what held and what did not
 */
export async function soak({ seed, agents, milliseconds, say }: SoakOptions): Promise<Verdict[]> {
  const world = makeWorld(seed, agents);
  try {
    say(`${agents} agents begin.`);
    // Known from the start on: a stranger is not told what has expired.
    for (const name of world.scripts) ensureMailbox(mailboxOf(world.sandbox, name));
    await everybody(world);
    const flat = await phases(world, milliseconds, say);
    await emptyAll(world);
    await settle(world);
    const stopped = await daemonCommand(world.sandbox, ['stop']);
    if (stopped.code !== 0) world.mishaps.push(`stop: ${stopped.stderr}`);
    return [...flat, ...judge(world, say)];
  } catch (error) {
    say(`The last events:\n${world.history.tail()}`);
    throw error;
  } finally {
    await world.sandbox.cleanup();
  }
}

async function phases(
  world: World,
  milliseconds: number,
  say: SoakOptions['say'],
): Promise<Verdict[]> {
  say('Daemons are killed …');
  world.isWild = true;
  await work(world, 0.4 * milliseconds);
  world.isWild = false;
  await everybody(world);

  // Replaces the daemon that the sessions have started, which move over.
  const options = { NODE_OPTIONS: `--import ${PROBE.href}`, SOAK_PROBE: world.probe };
  const { pid = 0 } = await startDaemon(world.sandbox, options, ['--service']);
  world.history.note({ kind: 'started', what: 'daemon', pid });
  say(`Daemon ${pid} is kept …`);
  await work(world, 0.2 * milliseconds);
  await settle(world);
  const before = await measureIdle(pid, world.probe);
  await work(world, 0.4 * milliseconds);
  await settle(world);
  return flatness(before, await measureIdle(pid, world.probe));
}

function judge(world: World, say: SoakOptions['say']): Verdict[] {
  const { history, sandbox, mishaps, counts, members } = world;
  const violations = checkHistory(history, sandbox.root);
  say(tableOf(history, sandbox.root, violations));
  if (violations.length > 0) say(describeViolations(history, violations));
  const broken = (name: string): number =>
    violations.filter(({ invariant }) => invariant === (name as Invariant)).length;
  const stray = members.flatMap(({ agent }) => agent.client.stray);
  const idle = ACTIONS.filter(({ name }) => !counts.has(name)).map(({ name }) => name);
  const errors = errorsInLog(world);
  const happened = [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
  return [
    ...Object.entries(INVARIANTS).map(([name, detail]) => ({
      name,
      ok: broken(name) === 0,
      detail,
    })),
    { name: 'answers', ok: stray.length === 0, detail: listed('that nobody waited for', stray) },
    { name: 'mishaps', ok: mishaps.length === 0, detail: listed('', mishaps) },
    { name: 'log', ok: errors.length === 0, detail: listed('errors', errors) },
    { name: 'actions', ok: idle.length === 0, detail: `${happened}; ${listed('never', idle)}` },
  ];
}

/** Lines of the daemons' log that a user would be worried about. */
function errorsInLog({ sandbox }: World): string[] {
  const lines = readFileSync(sandbox.hostPaths().log, 'utf8').split('\n');
  return lines.filter((line) => /"level":(?:50|60)\b/.test(line));
}

function listed(what: string, items: readonly unknown[]): string {
  const shown = items.slice(0, 5).map((item) => `\n    ${JSON.stringify(item).slice(0, 600)}`);
  return `${items.length} ${what}${shown.join('')}`;
}
