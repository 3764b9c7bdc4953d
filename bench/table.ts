import { ratioOf, verdictOf, type Goal, type Line } from './figure.js';

const HEAD = ['', 'OURS', 'FLOOR', 'RATIO', 'GOAL', ''];

/** The lines as a table for people: first column to the left, figures to the right. */
export function renderTable(lines: readonly Line[]): string {
  const rows = [HEAD, ...lines.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === HEAD.length - 1
            ? cell.padEnd(widths[column]!)
            : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf(line: Line): string[] {
  const { label, unit, ours, floor, goal } = line;
  if (ours === null) return [label, '', '', '', '', 'not measured on this system'];
  const ratio = ratioOf(line);
  const verdict = verdictOf(line);
  return [
    label,
    `${round(ours)} ${unit}`,
    floor === null ? '-' : `${round(floor)} ${unit}`,
    ratio === null ? '-' : `${round(ratio)} x`,
    goal === null ? '-' : goalOf(goal, unit),
    verdict,
  ];
}

function goalOf({ of, max, min }: Goal, unit: string): string {
  const sign = min === undefined ? '<=' : '>=';
  const limit = min ?? max ?? 0;
  if (of === 'ratio') return `${sign} ${limit} x`;
  return of === 'excess' ? `${sign} + ${limit} ${unit}` : `${sign} ${limit} ${unit}`;
}

/** Three figures that mean something; whole numbers from 100 on. */
function round(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
