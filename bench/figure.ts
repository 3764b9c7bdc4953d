export type Unit = 'ms' | '/s' | 'MB' | '%';

/** What a line should reach: at most `max`, as a value or as a multiple of the floor. */
export interface Goal {
  of: 'value' | 'ratio';
  max: number;
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

/** A gross regression, for `--check`: the goal missed by more than this. */
const GROSS = 2;

/** Ours as a multiple of the floor. */
export function ratioOf({ ours, floor }: Line): number | null {
  return ours === null || floor === null || floor === 0 ? null : ours / floor;
}

export function verdictOf(line: Line): 'ok' | 'over' | 'gross' | '' {
  const reached = line.goal?.of === 'ratio' ? ratioOf(line) : line.ours;
  if (line.goal === null || reached === null) return '';
  if (reached <= line.goal.max) return 'ok';
  return reached <= line.goal.max * GROSS ? 'over' : 'gross';
}
