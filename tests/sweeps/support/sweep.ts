import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { after, test } from 'node:test';
import type { Call } from '../../faults/fault.js';
import { checkHistory, describeViolations } from '../../history/check.js';
import { cleanUpOnTerm } from '../../support/end-early.js';
import { refusedFiles, tornFiles } from './torn.js';
import { World, type Point, type Victim } from './world.js';

/** An operation in which something of ours is killed. */
export interface Scene<Given = void> {
  /** What is done. */
  name: string;
  victim: Victim;
  /** Settings of all that runs in it. */
  settings?: Record<string, string>;
  /**
   * Every K-th point only, since another scene, which is named there, tries nearly the same ones;
   * SWEEP_EVERY=1 tries all.
   */
  every?: number;
  /** With `every`, the first point that is tried, 0 unless told: so two scenes share the points. */
  from?: number;
  /** Only so many calls are points, where the same is done again and again. */
  calls?: number;
  /** All that the operation needs; the victim's calls do not count yet. */
  prepare?: (world: World) => Promise<Given>;
  /** The operation. It must come to an end whether the victim lives or not. */
  act: (world: World, given: Given) => Promise<void>;
  /**
   * What a user would do next: start, attach, ask again. Nothing is tidied by hand. What is not as it must
   * be is thrown. Afterwards everything is ended, and the history checked.
   */
  recover: (world: World, given: Given) => Promise<void>;
}

/** A violation of a run, with all that helps to understand it. */
interface Bad {
  point: Point | undefined;
  why: string;
}

/** So many roots at a time: a start is work for the processor, but ends and answers are waited for. */
const AT_ONCE = Number(process.env['SWEEP_AT_ONCE']) || 3;

/** Every K-th point only; all, or as the scene says, unless told. */
const EVERY = Number(process.env['SWEEP_EVERY']) || undefined;

/** One of them, for who looks into it: `SWEEP_ONLY="after:12"`, `"kill:12"`, `"torn:12"`. */
const ONLY = process.env['SWEEP_ONLY'];

const total = { points: 0, bad: 0 };

after(() => {
  console.log(`crash sweep: in all: ${total.points} points tried, ${total.bad} violations`);
});

/**
 * A test that runs the scene once to count the victim's calls, and then once for every point at which it
 * can be killed: before each call, after each that others see at once, and in the middle of each write.
 */
export function crashSweep<Given = void>(scene: Scene<Given>): void {
  test(`crash sweep: ${scene.name}`, async () => {
    const whole = await play(scene, undefined);
    assert.equal(whole.bad, undefined, `without a kill: ${whole.bad?.why}`);
    const every = EVERY ?? scene.every ?? 1;
    const all = pointsOf(whole.calls.slice(0, scene.calls));
    const from = (scene.from ?? 0) % every;
    const points = all.filter((_, n) => n % every === from);
    assert.ok(points.length > 0, 'there is nothing to count');
    if (process.env['SWEEP_SHOW'] !== undefined) {
      for (const point of points) console.log(labelOf(point), point.words);
    }
    const bad: Bad[] = [];
    let missed = 0;
    const queue = points.values();
    const work = async (): Promise<void> => {
      for (const point of queue) {
        if (ONLY !== undefined && ONLY !== labelOf(point)) continue;
        const { bad: found, struck } = await play(scene, point);
        if (found !== undefined) bad.push(found);
        // What runs at once may come in another order, and then there are fewer calls.
        if (!struck) missed += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const late = missed > 0 ? ` (${missed} of them came too late)` : '';
    const some = every > 1 ? ` of ${all.length}` : '';
    const line = `${points.length}${some} points tried${late}, ${bad.length} violations`;
    total.points += points.length;
    total.bad += bad.length;
    console.log(`crash sweep: ${scene.name}: ${line}`);
    const told = bad.map(({ point, why }) => `${point && labelOf(point)} ${point?.words}: ${why}`);
    assert.equal(bad.length, 0, told.join('\n\n'));
    assert.ok(missed <= points.length / 2, 'most of the points were never reached');
  });
}

async function play<Given>(
  scene: Scene<Given>,
  point: Point | undefined,
): Promise<{ bad: Bad | undefined; calls: Call[]; struck: boolean }> {
  const world = new World(scene.victim, point, scene.settings);
  let calls: Call[] = [];
  let struck = false;
  const problems: string[] = [];
  let release: (() => void) | undefined;
  try {
    release = cleanUpOnTerm(world.sandbox);
    const given = (await scene.prepare?.(world)) as Given;
    world.arm();
    await scene.act(world, given);
    await world.settled();
    calls = world.calls();
    struck = world.struck;
    await scene.recover(world, given);
    await world.sandbox.end();
    const violations = checkHistory(world.history, world.root);
    if (violations.length > 0) problems.push(describeViolations(world.history, violations));
    problems.push(...tornFiles(world.root), ...refusedFiles(world.root));
  } catch (error) {
    problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    problems.push(world.history.tail(20));
  } finally {
    await world.sandbox.cleanup();
    release?.();
  }
  const why = problems.join('\n');
  return { bad: why === '' ? undefined : { point, why }, calls, struck };
}

/**
 * Where it is killed: before each call that follows a change, after what others are told, and in the middle
 * of each write. After a sync, or a call that failed, all is as it was before it.
 */
function pointsOf(calls: readonly Call[]): Point[] {
  return calls.flatMap((call, nth) => {
    const words = `${call.name} ${[call.path, call.to ?? []].flat().map(shortened).join(' ')}`;
    const { n: at } = call;
    const previous = calls[nth - 1];
    const points: Point[] = [];
    if (previous === undefined || hasChanged(previous)) {
      points.push({ at, do: 'kill', after: false, words: `before ${words}` });
    }
    if (call.name === 'write' && hasChanged(call)) {
      points.push({ at, do: 'torn', after: false, words: `within ${words}` });
    }
    // Before the next call is after this one, but for what others do meanwhile.
    if (call.how === 'socket' || nth === calls.length - 1) {
      points.push({ at, do: 'kill', after: true, words: `after ${words}` });
    }
    return points;
  });
}

function hasChanged({ name, error }: Call): boolean {
  return error === undefined && name !== 'fsync' && name !== 'fdatasync';
}

function labelOf({ at, do: deed, after }: Point): string {
  return `${after ? 'after' : deed}:${at}`;
}

function shortened(path: string): string {
  return path.split('/').slice(-3, -1).join('/') + '/' + basename(path);
}
