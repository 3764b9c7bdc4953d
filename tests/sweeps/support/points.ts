/** What a sweep prints of a scene; a file's own sum is none of these. */
const SCENE = /^(\w+ sweep): (?!in all: ).*: (\d+)(?: of \d+)? points tried.*, (\d+) violations$/;

/** Adds up the points of all files, which are processes of their own, from what they print. */
export class Points {
  readonly #sums = new Map<string, { points: number; violations: number }>();

  /** @param text whole lines */
  add(text: string): void {
    for (const line of text.split('\n')) {
      const [, sweep, points, violations] = SCENE.exec(line) ?? [];
      if (sweep === undefined) continue;
      const sum = this.#sums.get(sweep) ?? { points: 0, violations: 0 };
      sum.points += Number(points);
      sum.violations += Number(violations);
      this.#sums.set(sweep, sum);
    }
  }

  /** One line a kind of sweep. */
  lines(): string[] {
    return [...this.#sums].map(
      ([sweep, { points, violations }]) =>
        `${sweep}: ${points} points tried in all, ${violations} violations`,
    );
  }
}
