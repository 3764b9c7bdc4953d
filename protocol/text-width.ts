import { createRequire } from 'node:module';
import type stringWidth from 'string-width';

/**
 * The package takes 15 ms to load, half of what a command has for its start, and few texts on a
 * terminal need it. So it is a bundle of its own (see rolldown.config.js), loaded for the first text
 * that is not plain ASCII. From here, and from the bundles, which lie in bin/, the path is the same.
 */
const BUNDLE = '../bin/string-width.cjs';

let measure: typeof stringWidth | undefined;

/** Columns that a text takes on a screen: wide characters take two, combining ones none. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  measure ??= load();
  return measure(text);
}

function load(): typeof stringWidth {
  try {
    return createRequire(import.meta.url)(BUNDLE) as typeof stringWidth;
  } catch {
    return (text) => [...text].length; // removed under a command that runs on: a table a bit askew
  }
}
