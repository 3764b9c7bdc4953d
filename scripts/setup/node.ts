/** The Node program to write down for later, and what may go wrong with it some day. */
export function nodeForLater(): { path: string; warning?: string } {
  return { path: process.execPath };
}
