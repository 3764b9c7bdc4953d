/**
 * What may not stand in a text that a model or a terminal is shown, looked for character by character
 * and without the product's own expressions, so that a mistake in either shows.
 */

/** Names of tags that a client or a model gives a meaning, by how they begin. */
export const TAG_NAMES = [
  'channel',
  'system',
  'function',
  'tool',
  'antml',
  'user',
  'assistant',
  'human',
  'invoke',
  'parameter',
  'thinking',
  'result',
  'hook',
  'command',
  'local-command',
  'task-notification',
  'persisted',
  'bash',
  'teammate',
  'cross-session',
];

/** Letters of other scripts that look like ours, a few of each. */
const LIKE: Readonly<Record<string, string>> = {
  а: 'a',
  с: 'c',
  е: 'e',
  о: 'o',
  р: 'p',
  ѕ: 's',
  і: 'i',
  һ: 'h',
  м: 'm',
  н: 'h',
  т: 't',
  α: 'a',
  ο: 'o',
  ν: 'v',
  ι: 'i',
  ʜ: 'h',
  ᴜ: 'u',
  ᴍ: 'm',
  ᴀ: 'a',
  ɴ: 'n',
  ᴛ: 't',
  ᴏ: 'o',
  ʟ: 'l',
  ꜱ: 's',
  ʏ: 'y',
  ᴇ: 'e',
};

const OPENING = new Set('<\uff1c\ufe64\u2039\u3008\u27e8\u2329\u276c\u276e\u2770\u1438\u02c2');

/** What is wrong with a text that is to be shown; undefined where nothing is. */
export function faultIn(text: string): string | undefined {
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x20 && char !== '\t' && char !== '\n') return `control character ${code}`;
    if (code >= 0x7f && code < 0xa0) return `control character ${code}`;
    if (code >= 0xd800 && code < 0xe000) return 'half a character';
    if (code === 0x2028 || code === 0x2029) return 'a line separator';
    if (isHiding(code)) return `hidden character ${code.toString(16)}`;
  }
  const chars = [...text];
  for (const [at, char] of chars.entries()) {
    if (!OPENING.has(char)) continue;
    const name = nameBehind(chars, at + 1);
    const tag = TAG_NAMES.find((one) => name.startsWith(one));
    if (tag !== undefined) return `live tag ${JSON.stringify(chars.slice(at, at + 40).join(''))}`;
  }
  return undefined;
}

/** Bidi controls, zero-width ones that no script needs, tags, and fillers. */
function isHiding(code: number): boolean {
  return (
    [0xad, 0x61c, 0x180e, 0x200b, 0x200e, 0x200f, 0xfeff, 0x3164, 0xffa0].includes(code) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xe0000 && code <= 0xe0fff) ||
    (code >= 0xfff0 && code <= 0xfffb)
  );
}

/** What a reader takes for the name of a tag: without blanks, slashes, marks, and what shows nothing. */
function nameBehind(chars: readonly string[], from: number): string {
  let name = '';
  for (let at = from; at < chars.length && name.length < 20; at += 1) {
    const plain = chars[at]!.normalize('NFKD').toLowerCase();
    for (const char of plain) {
      if (/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(char)) continue;
      if (name === '' && (char === '/' || /\s/.test(char))) continue;
      const letter = LIKE[char] ?? char;
      if (!/[a-z-]/.test(letter)) return name;
      name += letter;
    }
  }
  return name;
}

/** Also for one line: a value of an attribute, a title, a cell of a table. */
export function faultInLine(text: string): string | undefined {
  return /[\n\t]/.test(text) ? 'more than one line' : faultIn(text);
}
