import type { Node } from 'jsonc-parser';

/**
 * Inserts and removes single entries of a JSON text in the manner of what stands around them. All other
 * bytes stay, comments included, and to remove what was inserted gives the text as it was.
 */

/** Adds a property at the end of an object, or with `key` undefined an element at the end of an array. */
export function insertLast(
  text: string,
  root: Node,
  parent: Node,
  key: string | undefined,
  value: unknown,
): string {
  const layout = layoutOf(text, root, parent);
  const last = parent.children?.at(-1);
  const from = last === undefined ? parent.offset + 1 : endOf(last);
  const comma = last === undefined ? undefined : commaAfter(text, from);
  const at = layout.lines ? afterComments(text, (comma ?? from - 1) + 1) : (comma ?? from - 1) + 1;
  const entry = entryText(layout, key, value);
  const before = layout.lines ? layout.eol + layout.indent : last === undefined ? '' : layout.gap;
  const rest = text.slice(at, endOf(parent) - 1);
  // `{}` opens up; in what was open already the closing bracket has its line.
  const closes = last === undefined && layout.lines && !rest.includes('\n');
  const after = `${comma === undefined ? '' : ','}${closes ? layout.eol + layout.base : ''}`;
  const separator = last === undefined || comma !== undefined ? '' : ',';
  return (
    text.slice(0, from) + separator + text.slice(from, at) + before + entry + after + text.slice(at)
  );
}

/** Takes out an entry, a property or an element, with one comma and the white space before it. */
export function removeEntry(text: string, parent: Node, entry: Node): string {
  const { offset } = entry;
  const end = endOf(entry);
  const siblings = parent.children ?? [];
  const nth = siblings.indexOf(entry);
  const next = commaAfter(text, end);
  const start = spaceBefore(text, offset);
  let result;
  if (next !== undefined) {
    const isInLine = !text.slice(start, offset).includes('\n');
    // The first one in a line leaves its place to the next.
    const skip = nth === 0 && isInLine ? /^[ \t]*/.exec(text.slice(next + 1))?.[0].length : 0;
    const from = nth === 0 && isInLine ? offset : start;
    result = text.slice(0, from) + text.slice(end, next) + text.slice(next + 1 + (skip ?? 0));
  } else {
    const before = siblings[nth - 1];
    const comma = before === undefined ? undefined : commaAfter(text, endOf(before));
    result =
      comma === undefined
        ? text.slice(0, start) + text.slice(end)
        : text.slice(0, comma) + text.slice(comma + 1, start) + text.slice(end);
  }
  if (siblings.length > 1) return result;
  const close = endOf(parent) - 1 - (text.length - result.length);
  const inner = result.slice(parent.offset + 1, close);
  return inner.trim() === '' ? result.slice(0, parent.offset + 1) + result.slice(close) : result;
}

/** The text of a new file with these values. */
export function freshText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

interface Layout {
  /** Whether entries stand on lines of their own. */
  lines: boolean;
  eol: string;
  unit: string;
  /** Before the line on which the parent begins. */
  base: string;
  indent: string;
  /** Between entries that stand on one line. */
  gap: string;
}

function layoutOf(text: string, root: Node, parent: Node): Layout {
  const own = text.slice(parent.offset, endOf(parent));
  const children = parent.children ?? [];
  const whole = text.slice(root.offset, endOf(root));
  const isOpen = whole.includes('\n') || (root.children ?? []).length === 0;
  const unit = (root.children ?? []).map((child) => lineStart(text, child)).find(Boolean) ?? '  ';
  const base = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', parent.offset) + 1))?.[0] ?? '';
  const begins = children.map((child) => lineStart(text, child)).find((it) => it !== undefined);
  return {
    lines: children.length > 0 ? own.includes('\n') && begins !== undefined : isOpen,
    eol: /\r?\n/.exec(text)?.[0] ?? '\n',
    unit,
    base,
    indent: begins ?? base + unit,
    gap: /[:,] /.test(own) ? ' ' : '',
  };
}

function entryText(
  { lines, eol, unit, indent, gap }: Layout,
  key: string | undefined,
  value: unknown,
): string {
  const name = key === undefined ? '' : `${JSON.stringify(key)}:${lines ? ' ' : gap}`;
  const written = lines ? JSON.stringify(value, null, unit) : JSON.stringify(value);
  return name + written.replaceAll('\n', () => eol + indent);
}

/** White space before an entry that begins its line; undefined for one that does not. */
function lineStart(text: string, { offset }: Node): string | undefined {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*$/.test(before) ? before : undefined;
}

/** Where the white space begins that ends here, with one line break at most. */
function spaceBefore(text: string, end: number): number {
  let at = end;
  while (' \t'.includes(text.charAt(at - 1)) && at > 0) at -= 1;
  if (text.charAt(at - 1) === '\n') at -= text.charAt(at - 2) === '\r' ? 2 : 1;
  return at;
}

/** Where the comma is that follows, behind nothing but white space and comments. */
function commaAfter(text: string, from: number): number | undefined {
  const at = endOfMatch(/(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y, text, from);
  return text[at] === ',' ? at : undefined;
}

/** The end of the comments that begin on this line: they belong to what stands before them. */
function afterComments(text: string, from: number): number {
  return endOfMatch(/(?:[ \t]*(?:\/\/[^\r\n]*|\/\*[^]*?\*\/))*/y, text, from);
}

function endOfMatch(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return from + (pattern.exec(text)?.[0].length ?? 0);
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}
