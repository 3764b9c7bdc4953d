import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Presence } from '../../daemon/presence.js';

type Told = [listener: string, content: string, event: string | undefined];

/** Presence with listeners of these names, a clock that stands still, and what it told. */
function setUp(t: TestContext, informedAt: Record<string, number>) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1000 });
  const told: Told[] = [];
  const presence = new Presence(() =>
    Object.entries(informedAt).map(([name, at]) => ({
      name,
      informedAt: at,
      notice: (content: string, meta: Record<string, string>) => {
        assert.equal(meta['type'], 'status');
        told.push([name, content, meta['event']]);
      },
    })),
  );
  t.after(() => {
    presence.close();
  });
  const tick = (ms: number): Told[] => {
    t.mock.timers.tick(ms);
    return told.splice(0);
  };
  return { presence, tick };
}

test('who comes and goes is told to the others after a second, once', (t) => {
  const { presence, tick } = setUp(t, { ann: 0, ben: 0 });
  presence.joined('ben');
  assert.deepEqual(tick(999), []);
  assert.deepEqual(tick(1), [['ann', 'ben joined', 'joined']]);
  presence.left('cat');
  assert.deepEqual(tick(1000), [
    ['ann', 'cat left', 'left'],
    ['ben', 'cat left', 'left'],
  ]);
  assert.deepEqual(tick(100_000), []);
});

test('what happens within a second is one notice', (t) => {
  const { presence, tick } = setUp(t, { ann: 0 });
  for (const name of ['ben', 'cat', 'dan']) presence.joined(name);
  presence.left('eve');
  assert.deepEqual(tick(1000), [['ann', 'ben, cat, dan joined; eve left', 'joined,left']]);
});

test('a reconnect is no news, whatever its order', (t) => {
  const { presence, tick } = setUp(t, { ann: 0 });
  presence.left('ben');
  presence.joined('ben');
  presence.joined('cat');
  presence.left('cat');
  assert.deepEqual(tick(5000), []);
  presence.left('ben');
  presence.joined('ben');
  presence.left('ben');
  assert.deepEqual(tick(1000), [['ann', 'ben left', 'left']]);
});

test('a session is not told what its first words said already', (t) => {
  const { presence, tick } = setUp(t, { early: 0, late: 1000 });
  presence.joined('ben');
  assert.deepEqual(tick(1000), [['early', 'ben joined', 'joined']]);
  presence.joined('cat');
  assert.equal(tick(1000).length, 2);
});

test('after close nobody is told', (t) => {
  const { presence, tick } = setUp(t, { ann: 0 });
  presence.joined('ben');
  presence.close();
  assert.deepEqual(tick(5000), []);
});
