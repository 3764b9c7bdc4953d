/**
 * Letters of other scripts that are drawn like a Latin one, in the order of that. Those that differ by
 * font, width or marks only are not here: Unicode itself knows what they are.
 */
const TWINS: Readonly<Record<string, string>> = {
  a: 'аαᴀɑ',
  b: 'вʙьƅ',
  c: 'сϲᴄ',
  d: 'ԁᴅ',
  e: 'еєεᴇ',
  f: 'ғϝ',
  g: 'ɡɢց',
  h: 'һнʜհ',
  i: 'іιıɪ',
  j: 'јᴊ',
  k: 'кκᴋ',
  l: 'ӏʟⅼǀ',
  m: 'мᴍ',
  n: 'пηɴո',
  o: 'оοᴏօ',
  p: 'рρᴘ',
  r: 'гʀ',
  s: 'ѕꜱ',
  t: 'тτᴛ',
  u: 'υᴜսʋ',
  v: 'νѵᴠ',
  w: 'ԝωᴡա',
  x: 'хχ',
  y: 'уγʏү',
  z: 'ᴢ',
  '-': '\u2010\u2011\u2012\u2013\u2014\u2212',
};

const PLAIN = new Map(
  Object.entries(TWINS).flatMap(([plain, twins]) => [...twins].map((twin) => [twin, plain])),
);

/** A text as it looks: in plain small letters, without marks and without what shows nothing. */
export function plainLetters(text: string): string {
  const bare = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}\p{DI}\p{Cf}]/gu, '');
  return Array.from(bare, (letter) => PLAIN.get(letter) ?? letter).join('');
}
