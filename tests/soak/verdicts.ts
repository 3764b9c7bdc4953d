import type { Health } from './health.js';

/** One thing that a soak holds or not. */
export interface Verdict {
  name: string;
  ok: boolean;
  detail: string;
}

/**
 * What a daemon may hold more after some hundred sessions came and went and some thousand messages
 * passed: less than one of each for every tenth session. What is pending at a look is a few.
 */
const MORE = { handles: 4, watches: 4, timers: 8 };
/** Bytes of the heap: caches fill up. A kilobyte kept of each message would be more. */
const MORE_HEAP = 4 * 1024 * 1024;
/** Bytes of the process: the allocator gives little back, so this only finds what is gross. */
const MORE_MEMORY = 96 * 1024 * 1024;

export function flatness(before: Health, after: Health): Verdict[] {
  const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const plain = (count: number): string => String(count);
  const rows: [
    keyof Health & ('handles' | 'watches' | 'timers' | 'heap' | 'memory'),
    number,
    (value: number) => string,
  ][] = [
    ['handles', MORE.handles, plain],
    ['watches', MORE.watches, plain],
    ['timers', MORE.timers, plain],
    ['heap', MORE_HEAP, mib],
    ['memory', MORE_MEMORY, mib],
  ];
  return rows.map(([name, more, shown]) => {
    const growth = after[name] - before[name];
    const ok = growth <= more;
    const kinds = growth > 0 && name === 'handles' ? ` ${moreOf(before.kinds, after.kinds)}` : '';
    const detail = `${shown(before[name])}, then ${shown(after[name])} (at most ${shown(more)} more)${kinds}`;
    return { name: `flat ${name}`, ok, detail };
  });
}

/** Kinds of handles of which there are more than before. */
function moreOf(before: Record<string, number>, after: Record<string, number>): string {
  const more = Object.entries(after).map(([kind, count]) => [kind, count - (before[kind] ?? 0)]);
  return more.flatMap(([kind, count]) => (Number(count) > 0 ? `+${count} ${kind}` : [])).join(', ');
}

export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const width = Math.max(...verdicts.map(({ name }) => name.length));
  return verdicts
    .map(
      ({ name, ok, detail }) => `  ${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(width)}  ${detail}`,
    )
    .join('\n');
}
