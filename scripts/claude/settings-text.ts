import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { lineAndColumn } from '../../protocol/json-fault.js';
import { isRecord, jsonDepth } from '../../protocol/json.js';

/** No settings are nested like that; the parser would run out of stack far beyond it. */
const MAX_DEPTH = 200;

/** A settings file as text, for editing. */
export interface SettingsText {
  kind: 'settings';
  /** With everything that stands in the file, but for the byte order mark. */
  text: string;
  bom: boolean;
  /** The top object; undefined for a file with nothing but white space. */
  tree: Node | undefined;
  value: Record<string, unknown>;
  /** Whether the client takes it: with a comment or a comma too many it skips the whole file. */
  strict: boolean;
}

export type ParsedSettings =
  | SettingsText
  /** In words that fit after the path and a colon. */
  | { kind: 'bad'; reason: string };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Parses settings of Claude Code, with comments and commas at the end if people put them there. */
export function parseSettings(bytes: Uint8Array): ParsedSettings {
  let whole: string;
  try {
    whole = utf8.decode(bytes);
  } catch {
    return bad('not UTF-8');
  }
  const bom = whole.startsWith('\ufeff');
  const text = bom ? whole.slice(1) : whole;
  if (text.trim() === '') {
    return { kind: 'settings', text, bom, tree: undefined, value: {}, strict: true };
  }
  if (jsonDepth(text) > MAX_DEPTH) return bad('nested too deeply');
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined) {
    const { line, column } = lineAndColumn(text, first.offset);
    const what = printParseErrorCode(first.error);
    return bad(`not valid JSON at line ${line}, column ${column} (${what})`);
  }
  const value = tree === undefined ? undefined : valueOf(tree);
  if (!isRecord(value)) return bad('not a JSON object');
  return { kind: 'settings', text, bom, tree, value, strict: isStrict(text) };
}

function isStrict(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As the parser's own, which would set the prototype for a key `__proto__`. */
function valueOf(node: Node): unknown {
  const children = node.children ?? [];
  if (node.type === 'array') return children.map((child) => valueOf(child));
  if (node.type !== 'object') return node.value as unknown;
  return Object.fromEntries(
    children.flatMap(({ children: [key, value] = [] }) =>
      key === undefined || value === undefined ? [] : [[String(key.value), valueOf(value)]],
    ),
  );
}

function bad(reason: string): ParsedSettings {
  return { kind: 'bad', reason };
}
