/**
 * The words of a command as a shell would take them, for what `quote` writes and what people write
 * like it: bare words and quotes.
 *
 * @returns undefined for a line that does more than run one program with these words
 */
export function commandWords(
  line: string,
  platform: NodeJS.Platform = process.platform,
): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '"' || char === "'") {
      const end = line.indexOf(char, at + 1);
      if (end < 0) return undefined;
      const inner = line.slice(at + 1, end);
      if (char === '"' && /[$`!]/.test(inner)) return undefined;
      word = (word ?? '') + inner;
      at = end;
    } else if (char === '\\' && platform !== 'win32') {
      at += 1;
      if (at === line.length) return undefined;
      word = (word ?? '') + line.charAt(at);
    } else if (/[;&|<>()$`\n\r*?#~{}]/.test(char)) {
      return undefined;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** The last part of a path of any system. */
export function lastPart(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
