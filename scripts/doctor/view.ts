import { paint, type Style, type Terminal } from '../../protocol/terminal/terminal.js';
import { oneLine, pad, tilde, widthOf, wrap } from '../../protocol/terminal/text.js';
import type { CheckResult, State } from './check.js';
import type { Mended } from './examine.js';
import { CHECKS } from './table.js';
import { count } from './words.js';

const STYLES: Readonly<Record<State, Style>> = {
  ok: 'green',
  warn: 'yellow',
  fail: 'red',
  skip: 'dim',
};

const STATE_WIDTH = 4;
const TITLE_WIDTH = Math.max(...CHECKS.map(({ title }) => widthOf(title)));
const GAP = '  ';
/** On less than this the text stands below its title. */
const NARROW = 60;

/** One line a check, more where it is not well, and the sum. */
export function renderResults(results: readonly CheckResult[], terminal: Terminal): string[] {
  return [
    ...results.flatMap((result) => renderResult(result, terminal)),
    '',
    ...sum(results, terminal),
  ];
}

/** What `--fix` did. */
export function renderMended(mended: readonly Mended[], terminal: Terminal): string[] {
  const lines = mended.flatMap(({ id, done, problem }) => [
    ...done.map((text) => `mended  ${shown(text)}`),
    ...(problem === null ? [] : [`failed  ${id}: ${shown(problem)}`]),
  ]);
  if (lines.length === 0) return ['Nothing was there to mend.', ''];
  return [...lines.flatMap((line) => hang(line, 8, terminal.width)), ''];
}

function renderResult(
  { state, title, text, details = [], fix }: CheckResult,
  terminal: Terminal,
): string[] {
  const { width } = terminal;
  const mark = paint(terminal, STYLES[state], pad(state, STATE_WIDTH));
  const isNarrow = width !== undefined && width < NARROW;
  const indent = isNarrow ? STATE_WIDTH + GAP.length : STATE_WIDTH + TITLE_WIDTH + 2 * GAP.length;
  const margin = ' '.repeat(indent);
  const room = width === undefined ? undefined : Math.max(10, width - indent);
  const [first = '', ...rest] = wrap(shown(text), room);
  const head = isNarrow
    ? [...titleLines(mark, title, margin, room), margin + first]
    : [`${mark}${GAP}${pad(title, TITLE_WIDTH)}${GAP}${first}`];
  const lines = [...head, ...rest.map((line) => margin + line)];
  if (state === 'ok' || state === 'skip') return lines;
  const more = details.flatMap((line) => hang(shown(line), indentOf(line) + 2, room));
  const mend = fix === undefined ? [] : hang(`-> ${shown(fix.command)}`, 3, room);
  return [
    ...lines,
    ...more.map((line) => margin + line),
    ...mend.map((line) => margin + paint(terminal, 'bold', line)),
  ];
}

function titleLines(
  mark: string,
  title: string,
  margin: string,
  room: number | undefined,
): string[] {
  const [first = '', ...rest] = wrap(title, room);
  return [`${mark}${GAP}${first}`, ...rest.map((line) => margin + line)];
}

function sum(results: readonly CheckResult[], terminal: Terminal): string[] {
  const number = (state: State): number => results.filter((one) => one.state === state).length;
  const parts = [
    `${number('ok')} ok`,
    ...(number('warn') > 0 ? [count(number('warn'), 'warning')] : []),
    ...(number('fail') > 0 ? [count(number('fail'), 'failure')] : []),
    ...(number('skip') > 0 ? [`${number('skip')} skipped`] : []),
  ];
  const safe = results.filter(({ fix }) => fix?.safe === true).length;
  const hint = safe === 0 ? '' : ` cc2cc doctor --fix mends ${safe}.`;
  return wrap(`${parts.join(', ')}.${hint}`, terminal.width);
}

/**
 * Paths that anybody may have named, short where they are in the home folder. Not those in quotation
 * marks: in a command that is copied `~` would mean nothing there.
 */
function shown(text: string): string {
  const indent = ' '.repeat(indentOf(text));
  return indent + oneLine(text).replaceAll(/(?<=^|[\s(:])\/[^\s':,]+/g, (path) => tilde(path));
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/** Wrapped, with the lines after the first further in. */
function hang(text: string, indent: number, width: number | undefined): string[] {
  if (width === undefined) return [text];
  const [first = '', ...rest] = wrap(text, width);
  const inner = wrap(rest.join(' '), Math.max(10, width - indent));
  return rest.length === 0 ? [first] : [first, ...inner.map((line) => ' '.repeat(indent) + line)];
}
