/** The value below which the share `p` (0 to 1) of the samples lies; nearest rank. */
export function percentile(samples: readonly number[], p: number): number {
  if (samples.length === 0) throw new RangeError('A percentile of no samples.');
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(p * sorted.length));
  return sorted[rank - 1]!;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** The median over the rounds of a figure of each round: one disturbed round does not decide. */
export function overRounds(
  rounds: readonly (readonly number[])[],
  figure: (round: readonly number[]) => number,
): number {
  return median(rounds.map(figure));
}
