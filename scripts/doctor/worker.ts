import { writeSync } from 'node:fs';
import { sentenceOf } from '../../protocol/errors.js';
import { NothingToLookAt, type Check, type Finding } from './check.js';
import { Scene } from './scene.js';
import { CHECKS } from './table.js';

/** What the worker is asked for: to look, or to mend. */
export interface Order {
  do: 'look' | 'mend';
  /** Ids of checks, in order. */
  ids: string[];
}

/** What it says of each, one JSON object a line. */
export type Said =
  | { id: string; begins: true }
  | { id: string; finding: Finding }
  | { id: string; mended: string[]; problem?: string };

/**
 * Does checks one after another in a process of their own, which can be left behind: a call to a network
 * folder that is gone comes back never, and no timer of the same process would run.
 */
export async function work({ do: what, ids }: Order): Promise<void> {
  const scene = new Scene();
  for (const id of ids) {
    const check = CHECKS.find((one) => one.id === id);
    if (check === undefined) continue;
    say({ id, begins: true });
    say(what === 'look' ? { id, finding: await look(check, scene) } : await mend(check, scene));
  }
  process.exit(0); // what a check has left behind is not waited for
}

async function look(check: Check, scene: Scene): Promise<Finding> {
  try {
    return await check.look(scene);
  } catch (error) {
    if (error instanceof NothingToLookAt) return { state: 'skip', text: error.message };
    return { state: 'fail', text: `could not be looked at: ${sentenceOf(error)}` };
  }
}

async function mend({ id, mend: act }: Check, scene: Scene): Promise<Said> {
  try {
    return { id, mended: (await act?.(scene)) ?? [] };
  } catch (error) {
    return { id, mended: [], problem: sentenceOf(error) };
  }
}

/** At once and whole: whoever listens may end us in the next check. */
function say(said: Said): void {
  const bytes = Buffer.from(`${JSON.stringify(said)}\n`);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}
