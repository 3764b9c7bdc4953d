import { opendirSync } from 'node:fs';
import { ownFolder } from '../own-file.js';

/** So many names are fetched at once. A list of 100,000 in one go held everything up for 170 ms. */
const AT_ONCE = 256;

/**
 * The names in a folder of the user's own, a few at a time; none where there is no such folder. What is
 * removed meanwhile may be missing from it or not.
 */
export async function* entriesOf(folder: string): AsyncGenerator<string> {
  if (ownFolder(folder) === undefined) return;
  for await (const { name } of opendirSync(folder, { bufferSize: AT_ONCE })) yield name;
}
