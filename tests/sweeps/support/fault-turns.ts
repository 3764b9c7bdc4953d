import type { Fault } from '../../faults/fault.js';

/** What is done to one call. */
export type Turn = Required<Pick<Fault, 'do' | 'times'>> & Pick<Fault, 'ms'>;

/** One call and what is done to it. */
export interface FaultPoint extends Turn {
  at: number;
  /** For people and for SWEEP_ONLY: `ENOSPC once 7`. */
  label: string;
}

const FILE_ERRNOS = ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'EACCES', 'EROFS', 'ESTALE'] as const;

/** Of the file system: each error for as long as the operation lasts, then each of them once. */
export const FILE_TURNS: readonly Turn[] = (['on', 1] as const).flatMap((times) => [
  ...FILE_ERRNOS.map((errno) => ({ do: errno, times })),
  // A disk that takes half of all for ever takes nothing of one byte, and says so by an error.
  { do: 'short', times: times === 'on' ? 3 : times } as const,
]);

/** Of sockets. Some times in a row, since who comes back at once may meet with it again. */
export const SOCKET_TURNS: readonly Turn[] = ([3, 1] as const).flatMap((times) =>
  (['EPIPE', 'ECONNRESET', 'EMFILE', 'ENOBUFS'] as const).map((errno) => ({ do: errno, times })),
);

/** A network drive that does not answer for a while. */
export const SLOW_TURNS: readonly Turn[] = [{ do: 'slow', times: 1, ms: 2_500 }];

/** Calls to sockets. */
export const SOCKET_CALLS = ['connect', 'listen', 'send', 'unlisten'];

/** All calls to files. */
export const FILE_CALLS = [
  'access chmod chown close copyFile exists fchmod fchown fdatasync fstat fsync ftruncate futimes',
  'link lstat mkdir open opendir read readdir readFile readlink readv realpath rename rm rmdir stat',
  'statfs symlink truncate unlink utimes watch write writev',
].flatMap((line) => line.split(' '));

/** Every turn at every call. */
const ALL = process.env['SWEEP_ALL'] !== undefined;

/** Every K-th point only. */
const EVERY = Number(process.env['SWEEP_EVERY']) || undefined;

/** One point, for who looks into it. */
const ONLY = process.env['SWEEP_ONLY'];

/**
 * Each call with one of the turns; with all of them where that makes few points.
 *
 * @param count calls of the operation
 * @param most no more points than that, spread evenly over them
 * @param start which turn comes first
 */
export function faultPoints(
  count: number,
  turns: readonly Turn[],
  most: number,
  start: number,
): FaultPoint[] {
  if (ONLY !== undefined) return [parsed(ONLY, turns)];
  const all = ALL || count * turns.length <= most;
  const step = EVERY ?? (all ? 1 : Math.max(1, count / most));
  const places = new Set<number>();
  for (let place = 1; place <= count; place += step) places.add(Math.floor(place));
  const both = count * 2 <= most; // once, and from there on
  return [...places].flatMap((at, nth) => {
    const turn = (n: number): Turn => turns[n % turns.length] as Turn;
    const other = nth + start + (turns.length >> 1);
    const few = [turn(nth + start), ...(both && turns.length > 1 ? [turn(other)] : [])];
    return (all ? turns : few).map((one) => ({ ...one, at, label: labelOf(one, at) }));
  });
}

function labelOf({ do: deed, times }: Turn, at: number): string {
  return `${deed} ${times === 1 ? 'once' : times} ${at}`;
}

function parsed(label: string, turns: readonly Turn[]): FaultPoint {
  const at = Number(label.split(' ').at(-1));
  const turn = turns.find((one) => labelOf(one, at) === label);
  if (turn === undefined) throw new Error(`There is no point "${label}".`);
  return { ...turn, at, label };
}
