/**
 * What `schtasks` says. Its words are in the language of the system, so only what is not words counts:
 * exit codes, XML, and numbers.
 */

/** Last result of a task that runs now: SCHED_S_TASK_RUNNING. */
const RUNNING = 0x41301;

/** Last result of one that has never run: SCHED_S_TASK_HAS_NOT_RUN. */
const NEVER_RAN = 0x41303;

/** Last result of one that somebody ended: SCHED_S_TASK_TERMINATED. */
const ENDED = 0x41306;

/** The columns of `/FO CSV /V` are the same in every language; this is "Last Result". */
const RESULT_COLUMN = 6;

/** What `schtasks /Query /XML` tells of a task; undefined for an output that is no task. */
export function parseTask(xml: string): { enabled: boolean } | undefined {
  const settings = /<Settings>([\s\S]*?)<\/Settings>/.exec(xml)?.[1];
  if (settings === undefined) return undefined;
  // Left out where it is true.
  return { enabled: !/<Enabled>\s*(?:false|0)\s*<\/Enabled>/.test(settings) };
}

/** What the last result in a line of `schtasks /Query /V /FO CSV /NH` says. */
export interface LastResult {
  running: boolean;
  /** Exit code, or the system's error; null where it has none, or runs. */
  code: number | null;
}

/** @returns undefined for an output that has no such line */
export function parseLastResult(csv: string): LastResult | undefined {
  for (const line of csv.split(/\r?\n/)) {
    const column = columnsOf(line)[RESULT_COLUMN];
    if (column === undefined || !/^-?\d+$/.test(column)) continue;
    const code = Number(column) >>> 0; // errors of the system are printed as negative numbers
    return {
      running: code === RUNNING,
      code: [RUNNING, NEVER_RAN, ENDED].includes(code) ? null : code,
    };
  }
  return undefined;
}

function columnsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, text = '']) =>
    text.replaceAll('""', '"'),
  );
}
