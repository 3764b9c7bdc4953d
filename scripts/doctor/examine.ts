import { spawn } from 'node:child_process';
import { CC2CC } from '../installed.js';
import type { CheckResult } from './check.js';
import { CHECKS } from './table.js';
import type { Order, Said } from './worker.js';

/** A daemon that hangs is waited for 5 s; all else takes milliseconds. */
const CHECK_MS = 10_000;
/** Where one check hung, the next ones probably meet the same. */
const LATER_MS = 2_000;
/** Nobody waits for longer than this and some. */
const ALL_MS = 60_000;

/** What was done about one finding. */
export interface Mended {
  id: string;
  /** Lines such as `made ~/.cc2cc/status`. */
  done: string[];
  /** Why not all could be done; null where it could. */
  problem: string | null;
}

/** Looks at everything, in the order of the table. One check that fails or hangs stops no other. */
export async function examine(): Promise<CheckResult[]> {
  const results = new Map<string, CheckResult>();
  const titles = new Map(CHECKS.map(({ id, title }) => [id, title]));
  await give(
    { do: 'look', ids: CHECKS.map(({ id }) => id) },
    (said) => {
      if (!('finding' in said)) return;
      results.set(said.id, { id: said.id, title: titles.get(said.id) ?? said.id, ...said.finding });
    },
    (id, why) =>
      void results.set(id, { id, title: titles.get(id) ?? id, state: 'fail', text: why }),
  );
  return CHECKS.map(
    ({ id, title }) =>
      results.get(id) ?? { id, title, state: 'skip', text: 'there was no time left for it' },
  );
}

/** Mends what is safe to mend of these findings. */
export async function mendAll(results: readonly CheckResult[]): Promise<Mended[]> {
  const ids = results.filter(({ fix }) => fix?.safe === true).map(({ id }) => id);
  const mended: Mended[] = [];
  await give(
    { do: 'mend', ids },
    (said) => {
      if (!('mended' in said)) return;
      mended.push({ id: said.id, done: said.mended, problem: said.problem ?? null });
    },
    (id, why) => void mended.push({ id, done: [], problem: why }),
  );
  return mended;
}

/**
 * Gives the ids to workers: the next one gets what comes after the check at which one hung or died.
 *
 * @param onLost is told of that check
 */
async function give(
  order: Order,
  onSaid: (said: Said) => void,
  onLost: (id: string, why: string) => void,
): Promise<void> {
  const end = performance.now() + ALL_MS;
  let left = order.ids;
  for (let patience = CHECK_MS; left.length > 0; patience = LATER_MS) {
    const room = end - performance.now();
    if (room <= 0) return;
    const { at, why } = await oneWorker({ ...order, ids: left }, Math.min(patience, room), onSaid);
    if (why === undefined) return;
    const lost = at ?? left[0];
    if (lost === undefined) return;
    onLost(lost, why);
    left = left.slice(left.indexOf(lost) + 1);
  }
}

/** @returns the check at which it ended, and why it did not end well */
function oneWorker(
  order: Order,
  patienceMs: number,
  onSaid: (said: Said) => void,
): Promise<{ at: string | undefined; why: string | undefined }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CC2CC, 'doctor', '--worker', JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      windowsHide: true,
    });
    let at: string | undefined;
    let text = '';
    let timer: NodeJS.Timeout;
    const finish = (why: string | undefined): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.on('error', () => undefined); // it may be past killing: the system call keeps it
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.unref();
      resolve({ at, why });
    };
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        finish(`it hangs: no end within ${Math.round(patienceMs / 1000)} s`);
      }, patienceMs);
    };
    wait();
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const said = JSON.parse(line) as Said;
        at = said.id;
        onSaid(said);
        wait();
      }
    });
    child.once('error', (error) => {
      finish(`it could not be begun: ${error.message}`);
    });
    child.once('close', (code, signal) => {
      finish(code === 0 ? undefined : `its process ended with ${signal ?? code ?? '?'}`);
    });
  });
}
