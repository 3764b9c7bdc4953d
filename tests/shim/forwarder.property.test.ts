import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from './support/fake-daemon.js';
import { Harness, line } from './support/forwarder-harness.js';

type Step =
  | { do: 'request'; method: 'tools/call' | 'tools/list' | 'ping'; text: boolean }
  | { do: 'initialized' | 'attach' | 'giveUp' | 'foreign' }
  /** The daemon pushes by way of the session's socket; whether that gets as far as being written. */
  | { do: 'push'; handed: boolean }
  | { do: 'answer' | 'answerTwice' | 'cancel'; which: number }
  /** The daemon dies; `unread`: how many of the last lines it never read. */
  | { do: 'drop'; unread: number };

const which = fc.nat(1000);
const method = fc.constantFrom('tools/call' as const, 'tools/list' as const, 'ping' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('request'), method, text: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer'), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('push'), handed: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('attach') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop'), unread: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('answerTwice' as const, 'cancel' as const), which }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('initialized', 'giveUp', 'foreign') }) },
);

/** A client, a row of daemons and what happens between them. */
class World {
  readonly harness = new Harness();
  /** Requests in order of sending. */
  readonly sent: string[] = [];
  readonly cancelled = new Set<string>();
  /** Ids of messages that were written to the session's socket, in order. */
  readonly handed: string[] = [];
  #pushes = 0;
  #read = 0;
  #unanswered: Json[] = [];

  constructor() {
    this.#request('initialize', false);
  }

  take(step: Step): void {
    const { forwarder } = this.harness;
    switch (step.do) {
      case 'request':
        this.#request(step.method, step.text);
        break;
      case 'initialized':
        this.harness.fromClient({ method: 'notifications/initialized' });
        break;
      case 'cancel':
        this.#cancel(step.which);
        break;
      case 'attach':
        if (forwarder.attached) break;
        this.harness.attach();
        [this.#read, this.#unanswered] = [0, []];
        break;
      case 'push':
        if (forwarder.attached) this.#push(step.handed);
        break;
      case 'drop':
        if (!forwarder.attached) break;
        // What was written but not read, or answered but not delivered, is simply gone.
        this.#readAll(step.unread);
        this.harness.detach();
        break;
      case 'giveUp':
        this.harness.giveUp(new Error('no daemon'));
        break;
      case 'foreign':
        if (forwarder.attached) this.harness.fromDaemon({ id: 'nobody asked', result: {} });
        break;
      case 'answer':
      case 'answerTwice':
        if (forwarder.attached) this.#answer(step.which, step.do === 'answerTwice');
        break;
    }
  }

  /** At last a daemon that lives and answers. */
  settle(): void {
    this.take({ do: 'attach' });
    this.#readAll(0);
    while (this.#unanswered.length > 0) this.#answer(0, false);
  }

  #request(method: string, text: boolean): void {
    const id = text ? `id-${this.sent.length}` : this.sent.length;
    this.sent.push(JSON.stringify(id));
    this.harness.fromClient({ id, method, params: { name: 'n', _meta: { kept: id } } });
  }

  #push(handed: boolean): void {
    this.#pushes += 1;
    // As the id of one of the client's requests: the two have nothing to do with each other.
    const request = { id: this.#pushes, push: { content: 'c', ids: [`msg-${this.#pushes}`] } };
    const { id, push } = request;
    const bytes = line({ id, method: 'cc2cc/push', params: push });
    assert.deepEqual(this.harness.forwarder.fromDaemon(bytes), { push: request });
    if (!handed) return;
    this.harness.forwarder.handed(push.ids);
    this.handed.push(...push.ids);
  }

  #cancel(which: number): void {
    if (this.sent.length < 2) return;
    const key = this.sent[1 + (which % (this.sent.length - 1))]!; // initialize may not be cancelled
    this.cancelled.add(key);
    const params = { requestId: JSON.parse(key) };
    this.harness.fromClient({ method: 'notifications/cancelled', params });
  }

  #readAll(butFor: number): void {
    const lines = this.harness.daemon;
    const upTo = Math.max(this.#read, lines.length - butFor);
    const fresh = lines.slice(this.#read, upTo).filter(({ id }) => id !== undefined);
    this.#unanswered.push(...fresh);
    this.#read = upTo;
  }

  #answer(which: number, twice: boolean): void {
    this.#readAll(0);
    if (this.#unanswered.length === 0) return;
    const [request] = this.#unanswered.splice(which % this.#unanswered.length, 1);
    const answer = { id: request!['id'], result: { of: request!['method'] } };
    this.harness.fromDaemon(answer);
    // A second answer to a replayed initialize would be the client's first: no daemon does that.
    if (twice && request!['method'] !== 'initialize') this.harness.fromDaemon(answer);
  }
}

function play(steps: Step[]): World {
  const world = new World();
  for (const each of steps) world.take(each);
  world.settle();
  return world;
}

const steps = fc.array(step, { maxLength: 60, size: 'max' });
const RUNS = { numRuns: 2000 };

function holds(check: (world: World) => void): void {
  fc.assert(
    fc.property(steps, (taken) => {
      check(play(taken));
    }),
    RUNS,
  );
}

test('every request has exactly one answer; a cancelled one at most one', () => {
  holds(({ harness, sent, cancelled }) => {
    const answers = harness.client.map(({ id }) => JSON.stringify(id));
    for (const key of sent) {
      const count = answers.filter((answer) => answer === key).length;
      if (cancelled.has(key)) assert.ok(count <= 1, `${key} has ${count} answers`);
      else assert.equal(count, 1, `${key} has ${count} answers`);
    }
    assert.ok(!answers.includes('"nobody asked"'));
    assert.equal(harness.forwarder.bytes, 0);
  });
});

test("the next hello tells of all that was written to the session's socket", () => {
  holds(({ harness, handed }) => {
    assert.deepEqual(harness.forwarder.reattach?.pushed, handed);
  });
});

test('an answer belongs to its request, also that to initialize', () => {
  holds(({ harness }) => {
    for (const { id, result } of harness.client) {
      if (result !== undefined) assert.equal(result.of === 'initialize', id === 0);
    }
  });
});

test('every daemon is given the requests in the order in which the client sent them', () => {
  holds(({ harness, sent }) => {
    for (const lines of harness.daemons) {
      const places = lines
        .filter(({ id }) => id !== undefined)
        .map(({ id }) => sent.indexOf(JSON.stringify(id)));
      assert.deepEqual(
        places,
        [...new Set(places)].sort((a, b) => a - b),
      );
    }
  });
});

test('every daemon is introduced first: initialize, then initialized', () => {
  holds(({ harness }) => {
    let initialized = false;
    for (const lines of harness.daemons) {
      assert.equal(lines[0]!['method'], 'initialize');
      if (initialized) assert.equal(lines[1]!['method'], 'notifications/initialized');
      initialized ||= lines.some((each) => each['method'] === 'notifications/initialized');
    }
  });
});

test('a request that is sent again is the same bytes, so the same stamp; stamps only grow', () => {
  holds(({ harness }) => {
    const bytes = new Map<string, string>();
    const stamps: number[] = [];
    for (const raw of harness.raw) {
      const { id, method, params } = JSON.parse(raw) as Json;
      if (id === undefined) continue;
      const key = JSON.stringify(id);
      if (bytes.has(key)) assert.equal(raw, bytes.get(key));
      else if (method === 'tools/call') {
        const [ms, running] = params._meta['cc2cc/at'];
        assert.equal(params._meta.kept, id);
        stamps.push(ms * 4096 + running);
      }
      bytes.set(key, raw);
    }
    assert.deepEqual(
      stamps,
      [...new Set(stamps)].sort((a, b) => a - b),
    );
  });
});
