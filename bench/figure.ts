export type Unit = 'ms' | 'µs' | '/s' | 'MB' | 'KB' | '%';

/** What a line should reach: the value itself, its multiple of the floor, or what it has over the floor. */
export interface Goal {
  of: 'value' | 'ratio' | 'excess';
  /** `min` for what is better when it is more. */
  max?: number;
  min?: number;
}

/** One line of the table. */
export interface Line {
  label: string;
  unit: Unit;
  /** Null where this system does not let us measure it. */
  ours: number | null;
  /** The least that the system itself takes for the same, measured in the same run. */
  floor: number | null;
  goal: Goal | null;
}

export interface BenchOptions {
  /** Fewer samples, for a look. */
  quick: boolean;
}

/** Something that is measured in one go; it may give several lines. */
export interface Figure {
  name: string;
  measure: (options: BenchOptions) => Promise<Line[]>;
}

/** A gross regression, for `--check`: so many times worse than recorded. */
const GROSS = 2;

/** Ours as a multiple of the floor. */
export function ratioOf({ ours, floor }: Line): number | null {
  return ours === null || floor === null || floor === 0 ? null : ours / floor;
}

/** What the goal is about: value, ratio or excess. */
function reachedBy(line: Line): number | null {
  const { ours, floor, goal } = line;
  if (goal?.of === 'ratio') return ratioOf(line);
  if (goal?.of === 'excess') return ours === null || floor === null ? null : ours - floor;
  return ours;
}

export function verdictOf(line: Line): 'ok' | 'missed' | '' {
  const reached = reachedBy(line);
  if (line.goal === null || reached === null) return '';
  const { max = Infinity, min = -Infinity } = line.goal;
  return reached <= max && reached >= min ? 'ok' : 'missed';
}

/** Ratios of a run that was good, by label; see bench/recorded.json. */
export type Recorded = Readonly<Record<string, number>>;

/** Lines whose ratio is more than twice as bad as it was when it was recorded. */
export function regressions(lines: readonly Line[], recorded: Recorded): string[] {
  return lines.flatMap((line) => {
    const [now, then] = [ratioOf(line), recorded[line.label]];
    if (now === null || then === undefined) return [];
    const worse = line.goal?.min === undefined ? now / then : then / now;
    return worse <= GROSS
      ? []
      : [`${line.label}: ${now.toFixed(2)} x the floor, ${then.toFixed(2)} x when it was recorded`];
  });
}
