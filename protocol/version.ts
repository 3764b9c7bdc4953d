import { readFileSync } from 'node:fs';

let cached: string | undefined;

/** The version of this package, read once from its package.json. */
export function version(): string {
  if (cached === undefined) {
    // Two levels up from dist/protocol/. An import of JSON would print a warning on Node 20.
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const parsed = JSON.parse(text) as { version?: unknown };
    cached = typeof parsed.version === 'string' ? parsed.version : '0.0.0';
  }
  return cached;
}
