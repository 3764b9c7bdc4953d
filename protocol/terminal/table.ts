import { paint, type Style, type Terminal } from './terminal.js';
import { cut, oneLine, pad, widthOf, wrap } from './text.js';

/** A column of a table. */
export interface Column {
  head: string;
  align?: 'right';
  /** Which columns go first where a screen is narrow: the lowest number. Without one it stays. */
  rank?: number;
  /** It may be cut to so many columns before any column goes. */
  least?: number;
  /** Which side is cut; of paths the start. */
  cut?: 'start';
  style?: (cell: string) => Style | undefined;
}

const GAP = '  ';

/**
 * A table as lines. A pipe gets all of it. On a screen first what may be cut is cut, then columns go
 * by their rank; where the rest is still too wide, each row becomes a block of lines.
 *
 * @param rows one cell a column; what others wrote in them is made harmless here
 * @param indent columns before each line
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
  indent = 0,
): string[] {
  const cells = rows.map((row) => columns.map((_, at) => oneLine(row[at] ?? '')));
  const all = columns.map((column, at) => new Fitted(column, at, cells));
  const room = (terminal.width ?? Infinity) - indent;
  const fitted = fit(all, room);
  const margin = ' '.repeat(indent);
  if (fitted === undefined) return stack(all, cells, terminal, indent);
  const line = (texts: string[]): string => (margin + texts.join(GAP)).trimEnd();
  return [
    line(fitted.map((column) => paint(terminal, 'dim', column.fill(column.head)))),
    ...cells.map((row) =>
      line(
        fitted.map((column) => {
          const cell = row[column.at] ?? '';
          const style = column.style(cell);
          const text = column.fill(cell);
          return style === undefined ? text : paint(terminal, style, text);
        }),
      ),
    ),
  ];
}

/** A column with the width that it has in this table. */
class Fitted {
  readonly head: string;
  width: number;

  constructor(
    readonly column: Column,
    readonly at: number,
    cells: readonly (readonly string[])[],
  ) {
    this.head = column.head;
    this.width = Math.max(widthOf(column.head), ...cells.map((row) => widthOf(row[at] ?? '')));
  }

  get least(): number {
    return Math.min(this.width, this.column.least ?? this.width);
  }

  fill(text: string): string {
    const side = this.column.align === 'right' ? 'start' : 'end';
    return pad(cut(text, this.width, this.column.cut ?? 'end'), this.width, side);
  }

  style(cell: string): Style | undefined {
    return this.column.style?.(cell);
  }
}

/** The columns that fit, at their widths; undefined if not even those fit that have to stay. */
function fit(all: readonly Fitted[], room: number): readonly Fitted[] | undefined {
  let left = all;
  const total = (by: 'width' | 'least'): number =>
    left.reduce((sum, column) => sum + column[by], 0) + GAP.length * Math.max(0, left.length - 1);
  while (total('least') > room) {
    const ranks = left.flatMap(({ column }) => column.rank ?? []);
    if (ranks.length === 0) return undefined;
    const lowest = Math.min(...ranks);
    const goes = left.findLast(({ column }) => column.rank === lowest);
    left = left.filter((column) => column !== goes);
  }
  for (const column of left) {
    const excess = total('width') - room;
    if (excess > 0) column.width = Math.max(column.least, column.width - excess);
  }
  return left;
}

/** `HEAD  cell` on lines of their own, an empty line between two rows. */
function stack(
  columns: readonly Fitted[],
  cells: readonly (readonly string[])[],
  terminal: Terminal,
  indent: number,
): string[] {
  const heads = Math.max(...columns.map(({ head }) => widthOf(head)));
  const margin = ' '.repeat(indent);
  const room = (terminal.width ?? Infinity) - indent - heads - GAP.length;
  const block = (row: readonly string[]): string[] =>
    columns.flatMap((column) => {
      const cell = row[column.at] ?? '';
      if (cell === '' || cell === '-') return []; // says nothing
      const style = column.style(cell);
      return wrap(cell, room).map((text, line) => {
        const head = paint(terminal, 'dim', pad(line === 0 ? column.head : '', heads));
        return margin + head + GAP + (style === undefined ? text : paint(terminal, style, text));
      });
    });
  return cells.flatMap((row, at) => (at === 0 ? block(row) : ['', ...block(row)]));
}
