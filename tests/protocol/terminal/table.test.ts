import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable, type Column } from '../../../protocol/terminal/table.js';
import { terminalOf, type Terminal } from '../../../protocol/terminal/terminal.js';
import { widthOf } from '../../../protocol/terminal/text.js';

const COLUMNS: Column[] = [
  { head: 'NAME' },
  { head: 'WAITING', align: 'right' },
  { head: 'LANE', rank: 1 },
  { head: 'FOLDER', rank: 2, least: 10, cut: 'start' },
];
const ROWS = [
  ['ann', '3', 'channel', '~/src/a/long/way/down'],
  ['日本', '12', '-', '~'],
];
const at = (width: number | undefined): Terminal => ({ width, color: false });

test('a pipe gets all of a table', () => {
  assert.deepEqual(renderTable(COLUMNS, ROWS, at(undefined)), [
    'NAME  WAITING  LANE     FOLDER',
    'ann         3  channel  ~/src/a/long/way/down',
    '日本       12  -        ~',
  ]);
});

test('on a screen cells are cut, then columns go, then rows become blocks', () => {
  assert.deepEqual(renderTable(COLUMNS, ROWS, at(38)), [
    'NAME  WAITING  LANE     FOLDER',
    'ann         3  channel  …long/way/down',
    '日本       12  -        ~',
  ]);
  assert.deepEqual(renderTable(COLUMNS, ROWS, at(30)), [
    'NAME  WAITING  FOLDER',
    'ann         3  …/long/way/down',
    '日本       12  ~',
  ]);
  assert.deepEqual(renderTable(COLUMNS, ROWS, at(20)), [
    'NAME  WAITING',
    'ann         3',
    '日本       12',
  ]);
  assert.deepEqual(renderTable(COLUMNS, [['a-name-that-fills-it', '3', '-', '~']], at(24)), [
    'NAME     a-name-that-fil',
    '         ls-it',
    'WAITING  3',
    'FOLDER   ~',
  ]);
});

test('no line is wider than the screen', () => {
  for (let width = 20; width < 80; width += 1) {
    for (const line of renderTable(COLUMNS, ROWS, at(width), 2)) {
      assert.ok(widthOf(line) <= width, `${width}: ${line}`);
    }
  }
});

test('colours are for screens that want them, and take no room', () => {
  const columns: Column[] = [{ head: 'A', style: () => 'red' }, { head: 'B' }];
  const [, row] = renderTable(columns, [['x', 'y']], { width: 80, color: true });
  assert.equal(row, '\u001b[31mx\u001b[39m  y');
  const cases: [object, Record<string, string>, Terminal][] = [
    [{ isTTY: true, columns: 100 }, {}, { width: 100, color: true }],
    [{ isTTY: true, columns: 0 }, {}, { width: 80, color: true }],
    [{ isTTY: true, columns: 3 }, {}, { width: 20, color: true }],
    [{ isTTY: true, columns: 100 }, { NO_COLOR: '1' }, { width: 100, color: false }],
    [{ isTTY: true, columns: 100 }, { NO_COLOR: '' }, { width: 100, color: true }],
    [{ isTTY: true, columns: 100 }, { TERM: 'dumb' }, { width: 100, color: false }],
    [{ isTTY: true, columns: 9e3 }, { FORCE_COLOR: '0' }, { width: 9e3, color: false }],
    [{}, {}, { width: undefined, color: false }],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, { width: undefined, color: true }],
  ];
  for (const [stream, env, expected] of cases) assert.deepEqual(terminalOf(stream, env), expected);
});

test('a cell cannot break out of its line', () => {
  const lines = renderTable([{ head: 'A' }], [['x\n\u001b[2Jy\u009b31m']], at(undefined));
  assert.deepEqual(lines, ['A', 'x y']);
});
