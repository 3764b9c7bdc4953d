import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillPlaces, isOurs, renderTemplate } from '../../service/template.js';

describe('templates', () => {
  it('fills every place once, and takes values as they are', () => {
    const filled = fillPlaces('a=@one@ @two@ @one@\n', { one: '@two@ $& %', two: '2' }, 'x');
    assert.equal(filled, 'a=@two@ $& % 2 @two@ $& %\n');
  });
  it('drops a line that is nothing but an empty place', () => {
    assert.equal(fillPlaces('a\n  @none@\nb@none@', { none: '' }, 'x'), 'a\nb');
  });
  it('knows neither a place without a value nor a value without a place', () => {
    assert.throws(() => fillPlaces('@one@', {}, 'file'), { message: 'file: no value for @one@.' });
    assert.throws(() => fillPlaces('', { one: '' }, 'file'), {
      message: 'file: there is no place @one@.',
    });
    assert.throws(() => fillPlaces('@toString@', {}, 'file'), { code: 'E_INTERNAL' });
  });
  it('says which template is missing', () => {
    assert.throws(() => renderTemplate('linux/none', {}), {
      code: 'E_STORE',
      message: /ENOENT at .*service-templates.linux.none/,
    });
  });
  it('knows its files again, in UTF-8 and UTF-16', () => {
    const text = '# Written by cc2cc-daemon install, äöü';
    assert.ok(isOurs(Buffer.from(text)));
    assert.ok(isOurs(Buffer.from(`\uFEFF${text}`, 'utf16le')));
    assert.ok(!isOurs(Buffer.from('[Service]\nExecStart=/usr/bin/cc2cc-daemon run\n')));
  });
});
