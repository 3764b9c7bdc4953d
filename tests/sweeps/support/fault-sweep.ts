import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Fault } from '../../faults/fault.js';
import { checkHistory, describeViolations } from '../../history/check.js';
import { until } from '../../support/events.js';
import { FaultStage, type Victim } from './fault-stage.js';
import { FILE_CALLS, FILE_TURNS, faultPoints, type FaultPoint, type Turn } from './fault-turns.js';

/** So many violations are enough. */
const MAX_BAD = 30;

/** So many points of an operation, of which some make hundreds of calls; all with SWEEP_ALL=1. */
const MAX_POINTS = 100;

/** Then it goes on in a new root: what was done before adds to what the next point has to do. */
const POINTS_PER_STAGE = 25;

/** So many roots at a time: ends and answers are waited for. */
const AT_ONCE = Number(process.env['SWEEP_AT_ONCE']) || 2;

/** An operation under a fault may fail, and must do so in time. */
const ACT_MS = 30_000;

/** What is done at every point. */
export interface Operation<Cast> {
  name: string;
  victim: Victim;
  settings?: Record<string, string>;
  /** What is there before the first fault. */
  prepare: (stage: FaultStage) => Promise<Cast>;
  /** Before each point, without a fault. */
  before?: (stage: FaultStage, cast: Cast, label: string) => Promise<void>;
  /**
   * What the fault meets. It must come to an end; what it throws is a violation.
   *
   * @param label to be part of each text
   */
  act: (stage: FaultStage, cast: Cast, label: string) => Promise<unknown>;
  /** After each point: all goes on by itself. What is not as it must be is thrown. */
  after?: (stage: FaultStage, cast: Cast, label: string) => Promise<unknown>;
  /** At the end, before the history is checked. */
  finish?: (stage: FaultStage, cast: Cast) => Promise<unknown>;
  /** Whether the daemon lives through all of it; true unless told. */
  keepsDaemon?: boolean;
  pointsPerStage?: number;
  maxPoints?: number;
  /** Only so many calls are points, where the same is done again and again. */
  calls?: number;
  /** Invariants that do not hold here while a fault lasts, with the reason. */
  excused?: Readonly<Record<string, string>>;
  /** Which calls are counted; those to files unless told. */
  counts?: Pick<Fault, 'calls' | 'match' | 'skip'>;
  /** What is done to them, in turn; errors of the file system unless told. */
  turns?: readonly Turn[];
}

const total = { points: 0, bad: 0 };

after(() => {
  console.log(`fault sweep: in all: ${total.points} points tried, ${total.bad} violations`);
});

/** A test that does the operation once to count its calls, then once for each of them, which fails. */
export function faultSweep<Cast>(operation: Operation<Cast>): void {
  const { name, turns = FILE_TURNS, maxPoints = MAX_POINTS } = operation;
  test(`fault sweep: ${name}`, async () => {
    const bad: string[] = [];
    const count = Math.min(await countCalls(operation), operation.calls ?? Infinity);
    const points = faultPoints(count, turns, maxPoints, hash(name));
    const stages = inParts(points, operation.pointsPerStage ?? POINTS_PER_STAGE).values();
    const tally = { struck: 0 };
    const work = async (): Promise<void> => {
      for (let rest of stages) {
        // What ends its program is a violation, and the next points get another one.
        while (rest.length > 0 && bad.length < MAX_BAD) {
          rest = await play(rest, operation, bad, tally);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    total.points += tally.struck;
    total.bad += bad.length;
    const words = `${tally.struck} points tried of ${count} calls, ${bad.length} violations`;
    console.log(`fault sweep: ${name}: ${words}`);
    assert.equal(bad.length, 0, bad.join('\n\n'));
    assert.ok(tally.struck >= points.length / 2, 'most of the points were never reached');
  });
}

/** @throws Error when it does not even go well without a fault */
async function countCalls<Cast>(operation: Operation<Cast>): Promise<number> {
  const stage = new FaultStage(operation.victim, operation.settings);
  try {
    const cast = await operation.prepare(stage);
    const label = 'no fault';
    await operation.before?.(stage, cast, label);
    stage.begin({ calls: FILE_CALLS, ...operation.counts, log: stage.log });
    await inTime(operation.act(stage, cast, label), `${operation.name} without a fault`);
    stage.end();
    const calls = stage.calls();
    if (process.env['SWEEP_SHOW'] !== undefined) {
      for (const { n, name, path, to } of calls) console.log(n, name, path, to ?? '');
    }
    assert.ok(calls.length > 0, 'there is nothing to count');
    await operation.after?.(stage, cast, label);
    await operation.finish?.(stage, cast);
    await stage.sandbox.end();
    const violations = violationsIn(stage, operation);
    assert.equal(violations.length, 0, violations.join('\n'));
    return calls.length;
  } finally {
    await stage.sandbox.cleanup();
  }
}

/** @returns the points that are still to be tried, on another stage */
async function play<Cast>(
  points: readonly FaultPoint[],
  operation: Operation<Cast>,
  bad: string[],
  tally: { struck: number },
): Promise<FaultPoint[]> {
  const stage = new FaultStage(operation.victim, operation.settings);
  let label = 'before the first';
  let done = 0;
  try {
    const cast = await operation.prepare(stage);
    for (const point of points) {
      ({ label } = point);
      done += 1;
      // What runs at once may come in another order, and then there are fewer calls.
      if (await tryPoint(stage, operation, cast, point)) tally.struck += 1;
    }
    label = 'the end';
    await operation.finish?.(stage, cast);
    bad.push(...logTrouble(stage));
    await stage.sandbox.end();
    bad.push(...violationsIn(stage, operation));
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    bad.push([`${label}: ${words}`, ...logTrouble(stage), stage.history.tail(4)].join('\n'));
  } finally {
    await stage.sandbox.cleanup();
  }
  return points.slice(Math.max(done, 1));
}

/** @returns whether there was a call of that number */
async function tryPoint<Cast>(
  stage: FaultStage,
  { name, before, act, after, counts, keepsDaemon = true }: Operation<Cast>,
  cast: Cast,
  { label, ...fault }: FaultPoint,
): Promise<boolean> {
  await before?.(stage, cast, label);
  stage.begin({ calls: FILE_CALLS, ...counts, ...fault });
  let struck;
  try {
    await inTime(act(stage, cast, label), `${name} with ${label}`);
  } finally {
    struck = stage.struck;
    stage.end();
  }
  const ended = keepsDaemon ? stage.daemon.ended : undefined;
  if (ended !== undefined)
    throw new Error(`the daemon has ended: ${ended}: ${stage.daemon.stderr}`);
  await after?.(stage, cast, label);
  return struck;
}

function violationsIn<Cast>(stage: FaultStage, { excused }: Operation<Cast>): string[] {
  const violations = checkHistory(stage.history, stage.root).filter(
    // What could not be removed from tmp/ is delivered to nobody, and swept later.
    ({ invariant }) => invariant !== 'tidy' && excused?.[invariant] === undefined,
  );
  return violations.length === 0 ? [] : [describeViolations(stage.history, violations)];
}

/** Trouble is told, and does not fill the log. */
function logTrouble(stage: FaultStage): string[] {
  const kinds = new Map<string, number>();
  for (const line of stage.logLines()) {
    const { level, msg } = JSON.parse(line) as { level: number; msg: string };
    if (level >= 40) kinds.set(msg, (kinds.get(msg) ?? 0) + 1);
    if (msg.includes('ends on an error')) return [`the daemon broke: ${line}`];
  }
  return [...kinds].flatMap(([msg, count]) => (count > 500 ? [`${count} lines of "${msg}"`] : []));
}

async function inTime(step: Promise<unknown>, what: string): Promise<void> {
  let ended = false;
  const done = step.finally(() => (ended = true));
  done.catch(() => undefined);
  await until(() => ended, `end of ${what}`, ACT_MS);
  await done;
}

function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, nth) =>
    all.slice(nth * size, (nth + 1) * size),
  );
}

function hash(text: string): number {
  return [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 9973, 7);
}
