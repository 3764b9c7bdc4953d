import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  shWord,
  systemdArgument,
  systemdPath,
  systemdWord,
  vbsString,
  xmlText,
} from '../../service/escape.js';

/** What a path may hold, with everything that means something to one of the readers. */
const SIGNS = [...'abzäöüßéž漢🦊 $%"\'\\&<>@;#=|!:-~{}()*?`,./0'];
const text = fc
  .array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ unit: 'binary', maxLength: 1 })))
  .map((signs) => signs.join(''))
  .filter((one) => one.isWellFormed() && !CONTROL.test(one) && !/[\uFFFE\uFFFF]/.test(one));
// eslint-disable-next-line no-control-regex -- it is these that no form can hold
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/;

/** As systemd.syntax(7) and extract_first_word() read: quotes, C escapes, then specifiers. */
function readSystemd(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  const signs = [...line];
  while (signs.length > 0) {
    const sign = signs.shift()!;
    if (sign === '\\') {
      const next = signs.shift();
      if (next !== '\\' && next !== '"' && next !== "'") throw new Error(`escape \\${next}`);
      word = (word ?? '') + next;
    } else if (quote === undefined && (sign === '"' || sign === "'")) {
      quote = sign;
      word ??= '';
    } else if (sign === quote) quote = undefined;
    else if (quote === undefined && /[ \t]/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + sign;
  }
  if (quote !== undefined) throw new Error('open quote');
  if (word !== undefined) words.push(word);
  return words.map(specifiers);
}

function specifiers(word: string): string {
  if (/(?:^|[^%])(?:%%)*%(?!%)/.test(word)) throw new Error(`specifier in ${word}`);
  return word.replaceAll('%%', '%');
}

/** As replace_env_argv() does it for every argument. */
function variables(word: string): string {
  return word.replaceAll(/\$\$|\$/g, (sign) => {
    if (sign === '$') throw new Error(`variable in ${word}`);
    return '$';
  });
}

function readXml(escaped: string): string {
  assert.doesNotMatch(escaped, /[<>"']|&(?!(?:amp|lt|gt|quot|apos);)/);
  const signs: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return escaped.replaceAll(/&(\w+);/g, (_all, name: string) => signs[name]!);
}

describe('texts in the forms of service files', () => {
  it('systemd reads its words back', () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        assert.deepEqual(readSystemd(`${systemdWord(one)} ${systemdWord(two)}`), [one, two]);
      }),
    );
  });
  it('systemd reads arguments back after looking for variables', () => {
    fc.assert(
      fc.property(text, (one) => {
        assert.deepEqual(readSystemd(systemdArgument(one)).map(variables), [one]);
      }),
    );
  });
  it('systemd reads whole paths back', () => {
    fc.assert(
      fc.property(text, (one) => {
        const path = `/${one}/x`;
        assert.equal(specifiers(systemdPath(path)).trim(), path);
      }),
    );
  });
  it('XML reads back', () => {
    fc.assert(
      fc.property(text, (one) => {
        assert.equal(readXml(xmlText(one)), one);
      }),
    );
  });
  it('VBScript reads back', () => {
    fc.assert(
      fc.property(text, (one) => {
        const literal = /^"((?:[^"]|"")*)"$/.exec(vbsString(one));
        assert.equal(literal?.[1]?.replaceAll('""', '"'), one);
      }),
    );
  });
  it('a shell reads back', (t) => {
    if (process.platform === 'win32') {
      t.skip('needs a POSIX shell');
      return;
    }
    const samples = fc.sample(text, 200);
    const script = `printf '%s\\n' ${samples.map(shWord).join(' ')}`;
    assert.equal(
      execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }),
      samples.join('\n') + '\n',
    );
  });
  it('what no form can hold is refused', () => {
    for (const escape of [systemdWord, systemdArgument, systemdPath, xmlText, vbsString, shWord]) {
      for (const bad of [
        '/a\nExecStart=/bin/evil',
        '/a\r',
        '/a\0b',
        '/a\tb',
        '/a\u2028b',
        '/\ud800',
      ]) {
        assert.throws(
          () => escape(bad),
          { code: 'E_PATH' },
          `${escape.name} ${JSON.stringify(bad)}`,
        );
      }
    }
    assert.throws(() => systemdPath('/ends with '), { code: 'E_PATH' });
    assert.throws(() => systemdPath('/goes on\\'), { code: 'E_PATH' });
    assert.throws(() => xmlText('\uFFFE'), { code: 'E_PATH' });
  });
});
