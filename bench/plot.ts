/** One line in a panel. */
export interface Series {
  name: string;
  unit: string;
  points: readonly { x: number; y: number }[];
}

export interface Panel {
  title: string;
  xLabel: string;
  series: readonly Series[];
}

const [WIDTH, HEIGHT] = [320, 240];
const EDGE = { left: 48, right: 48, top: 34, bottom: 40 };
const COLOURS = ['#2266aa', '#bb5522'];
const ROOM = 1.25;

/**
 * Panels side by side as an SVG. The x axis is logarithmic (0 stands before 1); each series has a y axis
 * of its own from zero, the first to the left and the second to the right.
 */
export function plot(panels: readonly Panel[]): string {
  const width = WIDTH * panels.length;
  const body = panels.map(
    (panel, nth) => `<g transform="translate(${nth * WIDTH} 0)">${draw(panel)}</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" font-family="sans-serif" font-size="10">`,
    `<rect width="${width}" height="${HEIGHT}" fill="white"/>`,
    ...body,
    '</svg>\n',
  ].join('\n');
}

function draw({ title, xLabel, series }: Panel): string {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))];
  const last = Math.max(...xs.map(place));
  const left = (x: number): number =>
    EDGE.left + (place(x) / (last || 1)) * (WIDTH - EDGE.left - EDGE.right);
  const bottom = HEIGHT - EDGE.bottom;
  const parts = [
    text(WIDTH / 2, 14, title, 'middle', 'black'),
    text(WIDTH / 2, HEIGHT - 6, xLabel, 'middle', 'black'),
    line([
      [EDGE.left, EDGE.top],
      [EDGE.left, bottom],
      [WIDTH - EDGE.right, bottom],
      [WIDTH - EDGE.right, EDGE.top],
    ]),
    ...xs.map((x) => text(left(x), bottom + 14, short(x), 'middle', 'black')),
  ];
  for (const [nth, { name, unit, points }] of series.entries()) {
    const colour = COLOURS[nth % COLOURS.length]!;
    const most = Math.max(...points.map(({ y }) => y)) * ROOM || 1;
    const top = (y: number): number => bottom - (y / most) * (bottom - EDGE.top);
    const [edge, anchor] = nth === 0 ? [EDGE.left - 4, 'end'] : [WIDTH - EDGE.right + 4, 'start'];
    parts.push(
      text(edge, EDGE.top - 6, `${name}, ${unit}`, nth === 0 ? 'start' : 'end', colour),
      text(edge, EDGE.top + 8, short(most), anchor, colour),
      text(edge, bottom, '0', anchor, colour),
      line(
        points.map(({ x, y }) => [left(x), top(y)]),
        colour,
      ),
      ...points.map(
        ({ x, y }) => `<circle cx="${px(left(x))}" cy="${px(top(y))}" r="2.5" fill="${colour}"/>`,
      ),
    );
  }
  return parts.join('\n');
}

/** On the axis: 0, then decades from 1 on. */
function place(x: number): number {
  return x < 1 ? 0 : Math.log10(x) + 1;
}

function line(points: readonly (readonly [number, number])[], colour = '#999999'): string {
  const path = points.map(([x, y]) => `${px(x)},${px(y)}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${colour}"/>`;
}

function text(x: number, y: number, words: string, anchor: string, colour: string): string {
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
}

function px(value: number): string {
  return value.toFixed(1);
}

function short(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1000)}k`;
  return value >= 10 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(2);
}
