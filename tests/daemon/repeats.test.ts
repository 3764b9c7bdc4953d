import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOfSaying, Repeats, type Saying } from '../../daemon/repeats.js';

const hello: Saying = { from: 'ann', to: 'ben', replyTo: undefined, text: 'hello' };
const digest = (fields: Partial<Saying> = {}): string => digestOfSaying({ ...hello, ...fields });

test('the same text is a repetition until its time is over', () => {
  const repeats = new Repeats(30);
  assert.equal(repeats.find(digest(), 'msg-1', 0), undefined);
  const said = repeats.remember(digest(), 'msg-1', 0);
  assert.equal(repeats.find(digest(), 'msg-2', 29_999), said);
  assert.equal(repeats.find(digest(), 'msg-2', 30_000), undefined);
});

test('another recipient, sender, text or answered message makes another text', () => {
  const repeats = new Repeats(30);
  repeats.remember(digest({ replyTo: 'msg-q' }), 'msg-1', 0);
  for (const other of [
    {},
    { replyTo: 'msg-r' },
    { replyTo: 'msg-q', to: 'cat' },
    { replyTo: 'msg-q', from: 'dan' },
    { replyTo: 'msg-q', text: 'hello ' },
  ]) {
    assert.equal(repeats.find(digest(other), 'msg-2', 1), undefined);
  }
});

test('the same request that comes again is none', () => {
  const repeats = new Repeats(30);
  repeats.remember(digest(), 'msg-1', 0);
  assert.equal(repeats.find(digest(), 'msg-1', 1), undefined);
});

test('what could not be sent may be said again, and forgetting it spares a later one', () => {
  const repeats = new Repeats(30);
  const failed = repeats.remember(digest(), 'msg-1', 0);
  repeats.forget(digest(), failed);
  assert.equal(repeats.find(digest(), 'msg-2', 1), undefined);
  const later = repeats.remember(digest(), 'msg-2', 1);
  repeats.forget(digest(), failed);
  assert.equal(repeats.find(digest(), 'msg-3', 2), later);
});

test('0 is off', () => {
  const repeats = new Repeats(0);
  repeats.remember(digest(), 'msg-1', 0);
  assert.equal(repeats.find(digest(), 'msg-2', 0), undefined);
});

test('beyond ten thousand the oldest is forgotten, not the newest', () => {
  const repeats = new Repeats(30);
  const saying = (n: number): string => digest({ text: String(n) });
  for (let n = 0; n <= 10_000; n += 1) repeats.remember(saying(n), `msg-${n}`, n / 1000);
  assert.equal(repeats.find(saying(0), 'msg-x', 10), undefined);
  assert.equal(repeats.find(saying(1), 'msg-x', 10)?.id, 'msg-1');
  assert.equal(repeats.find(saying(10_000), 'msg-x', 10)?.id, 'msg-10000');
});
