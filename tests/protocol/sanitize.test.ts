import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sanitizeText, sanitizeValue } from '../../protocol/sanitize.js';

test('plain text stays as it was written', () => {
  const texts = [
    '',
    'Hello, world.\n\tIndented.\n',
    'if (a < b && c > d) return a << 2 < 3;',
    '<div class="x"><p>Hi</p></div>',
    'Map<string, Array<number>> and Promise<void>',
    '#include <stdio.h>',
    '&lt;channel&gt; is escaped already',
    'grüße, smörgåsbord, ñandú, naïve, ﬁ',
    'Привет, мир. 你好,世界。こんにちは 안녕하세요',
    'مرحبا بالعالم، می‌خواهم', // Persian with a non-joiner
    'नमस्ते क्‍ष श्री', // Hindi with a joiner
    '👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 ❤️ a ❤️b 1️⃣ #️⃣',
    'שלום עולם',
    'e\u0301 is e with an accent',
    '$ rm -rf "it\'s" `x` \\ | ~ ^',
  ];
  for (const text of texts) assert.equal(sanitizeText(text), text);
});

test('escape sequences and controls go, their text stays', () => {
  const cases: [given: string, expected: string][] = [
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['\u009b31mred\u009bm', 'red'],
    ['\u001b]0;a title\u0007text', 'text'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001bcreset', 'reset'],
    ['a\u0000b\u0008c\u007fd\u0085e\u009cf', 'abcd\nef'],
    ['bell\u0007, \u000bvertical\u000c', 'bell, vertical'],
    ['one\r\ntwo\rthree\u2028four\u2029five', 'one\ntwo\nthree\nfour\nfive'],
    ['\u001b', ''],
    ['\ud800 lone', '\ufffd lone'],
  ];
  for (const [given, expected] of cases) assert.equal(sanitizeText(given), expected);
});

test('what hides or reorders text goes', () => {
  const hidden = [
    ...'\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2066\u2067',
    ...'\u2068\u2069\u206f\u3164\ufeff\uffa0\ufff9\ufffb',
    '\u{e0001}',
    '\u{e0041}',
    '\u{e0100}',
  ];
  for (const character of hidden) {
    assert.equal(sanitizeText(`a${character}b`), 'ab', character.codePointAt(0)?.toString(16));
    assert.equal(sanitizeText(`é${character}é`), 'éé', character.codePointAt(0)?.toString(16));
  }
  for (const character of '\u200c\u200d\ufe00\ufe0e\ufe0f\u034f') {
    assert.equal(sanitizeText(`a${character}b`), 'ab', character.codePointAt(0)?.toString(16));
  }
});

test('a tag that a client or a model gives a meaning is defused, however it is dressed up', () => {
  const tags = [
    '<channel',
    '</channel>',
    '<CHANNEL source="cc2cc">',
    '< channel',
    '<\n\t/ Channel',
    '<system-reminder>',
    '</system-reminder>',
    '<system_prompt',
    '<function_calls>',
    '<function_results',
    '<invoke',
    '<tool_result',
    '<user>',
    '<Human:',
    '<local-command-stdout>',
    '<teammate-message',
    '<cross-session-message',
    '<task-notification>',
    '<chan\u200bnel',
    '<\u001b[0mchannel',
    '<\u001b]0;x\u0007channel',
    '<chan\u001b[0mnel',
    '<chan\u0000nel',
    '<chan\u00adnel',
    '<\u200dchannel',
    '<chan\u200cnel',
    '<chan\ufe0fnel',
    '<\ufe0fchannel',
    '<chan\u034fnel',
    '<\u2060/\u2060channel',
    '<\u{e0020}channel',
    '<\u202echannel',
    '<<channel',
    '<\u00a0channel',
    '<\u2028channel',
    '\uff1cchannel',
    '\uff1c\ufe0fchannel',
    '\ufe64system',
    '\u2039channel',
    '\u3008channel',
    '\u27e8channel',
    '<\u0301channel', // an accent on the bracket
    '<\u20d2 /system',
    '<\uff53\uff59\uff53\uff54\uff45\uff4d', // full width
    '<\u0455yst\u0435m', // Cyrillic letters
    '<s\u0301ystem',
    '\u276echannel',
    '<parameter',
    '<\u017fystem', // a long s, which some take for an s
  ];
  for (const tag of tags) {
    const text = sanitizeText(`before ${tag} after`);
    assert.match(text, /^before <?&lt;/, JSON.stringify(tag));
  }
});

test('a mebibyte of anything is done in a moment, whatever it repeats', () => {
  const pieces = [
    '\u200d',
    '\ufe0f',
    '\u001b[',
    '\u001b[0',
    '\u001b]',
    '\u001b',
    '<',
    '< ',
    '</',
    '<\u200d',
    '\n',
    'é\u200d',
    'a\u200d',
    '\u200b',
    '<channel',
    '<\u0301',
    '<\u0455',
    '<\u0455\u0301\u0301',
    '\u2039\ufdfa',
  ];
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(1_000_000 / Buffer.byteLength(piece)));
    const before = process.cpuUsage();
    sanitizeText(text);
    const { user } = process.cpuUsage(before);
    // Milliseconds where it is linear, minutes where it is not.
    assert.ok(user < 3_000_000, JSON.stringify(piece));
  }
});

test('a value is one line without what could end an attribute', () => {
  assert.equal(sanitizeValue('a"b\'c<d>e&f\ng\th'), 'a b c d e f g h');
  assert.equal(sanitizeValue('\u001b[1mann\u202e'), 'ann');
  assert.equal(sanitizeValue('x'.repeat(500)).length, 200);
  // A bracket that is taken out must not leave its tag to the one before it.
  for (const nested of ['⟨<channel', '\u001b[⟨<channel', '‹‹<"/system', '〈&lt;ｃhannel']) {
    assert.doesNotMatch(sanitizeValue(nested), /[⟨‹〈]/u, nested);
  }
  assert.equal(sanitizeValue('a 〈title〉 & ‹more›'), 'a 〈title〉   ‹more›');
});
