import type { CleanupKind, CleanupReport } from '../../protocol/cleanup-report.js';

/** What each kind is, for people. */
const WHAT: Readonly<Record<CleanupKind, string>> = {
  expired: 'messages whose time was up; their senders are told',
  done: 'messages that have ended, with their receipts',
  tombstone: 'ids that need not be known any more',
  receipt: 'receipts of messages that are gone',
  rejected: 'what was refused',
  task: 'tasks that have ended',
  tmp: 'files that were never delivered',
  journal: 'journals, for lines of messages that are gone',
  agent: 'agents that are gone and leave nothing behind',
  key: 'former keys',
};

/** Columns that a line with its explanation may need; what is narrower gets the numbers only. */
const WIDE = 80;

/**
 * A report for people.
 *
 * @param columns of the terminal; Infinity where there is none
 */
export function sentencesOf(report: CleanupReport, columns: number): string[] {
  const { dryRun, kinds, keepDays } = report;
  const days = `${keepDays} day${keepDays === 1 ? '' : 's'}`;
  if (kinds.length === 0) {
    return keepDays === 0
      ? ['Nothing to clean up: what has ended is kept for ever (keepDays is 0).']
      : [
          `Nothing to clean up: what has ended is kept for ${days}, and a message also until its ttl has passed by an hour.`,
        ];
  }
  const rows = kinds.map(({ kind, count, bytes }) => [kind, String(count), sizeOf(bytes)] as const);
  const width = (column: 1 | 2): number => Math.max(...rows.map((row) => row[column].length));
  const lines = rows.map(([kind, count, size]) => {
    const numbers = `  ${kind.padEnd(9)}  ${count.padStart(width(1))}  ${size.padStart(width(2))}`;
    return columns < WIDE ? numbers : `${numbers}  ${WHAT[kind]}`;
  });
  const freed = sizeOf(kinds.reduce((sum, { bytes }) => sum + bytes, 0));
  const kept = keepDays === 0 ? 'kept for ever but for' : `kept for ${days}; of what is older,`;
  return [
    dryRun ? `What has ended is ${kept} this would go:` : `What has ended is ${kept} this went:`,
    ...lines,
    dryRun ? `${freed} would become free. Nothing was changed.` : `${freed} became free.`,
  ];
}

/** 0 B, 812 B, 1.2 kB, 34 MB. */
function sizeOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
