import { MAX_JSON_DEPTH } from './limits.js';

/** Nesting depth of a JSON text, counted without parsing it: brackets outside of strings. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i += 1;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (c === 0x7d || c === 0x5d) depth -= 1;
  }
  return deepest;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Parses hostile bytes.
 *
 * @throws SyntaxError for broken JSON, TypeError for bytes that are not UTF-8, RangeError for
 *   nesting beyond `maxDepth`
 */
export function parseJson(bytes: Uint8Array, maxDepth = MAX_JSON_DEPTH): unknown {
  const text = utf8.decode(bytes);
  if (jsonDepth(text) > maxDepth) throw new RangeError(`JSON nested deeper than ${maxDepth}`);
  return JSON.parse(text) as unknown;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
