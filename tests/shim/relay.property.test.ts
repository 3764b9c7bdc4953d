/** Client, shim and daemons that come and go, as bytes: each piece is cut and dropped anywhere. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { SessionTransport } from '../../daemon/mcp/transport.js';
import { LineDecoder } from '../../protocol/framing.js';
import type { Welcome } from '../../protocol/hello.js';
import { Forwarder } from '../../shim/forwarder.js';
import { PushQueue } from '../../shim/push-queue.js';
import { Relay } from '../../shim/relay.js';
import { tryOut } from '../support/fuzz.js';
import type { Json } from './support/fake-daemon.js';

const CAP = 1 << 20;

/** A stream of which the test says when something comes, and that knows when it may. */
class FakeStream extends EventEmitter {
  paused = false;
  readonly written: Buffer[] = [];
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  write(bytes: Buffer): boolean {
    this.written.push(Buffer.from(bytes));
    return !this.full;
  }
  full = false;
  drain(): void {
    this.full = false;
    this.emit('drain');
  }
  lines(): Json[] {
    const decoder = new LineDecoder(CAP);
    return [...decoder.push(Buffer.concat(this.written))].map(
      (line) => JSON.parse(line.toString()) as Json,
    );
  }
}

/** One daemon: what it was written and has not read, what it has said and is not there yet. */
class FakeDaemon {
  readonly socket = new FakeStream();
  readonly #decoder = new LineDecoder(CAP);
  readonly #toShim = new LineDecoder(CAP);
  out: Buffer = Buffer.alloc(0);
  read = 0;
  readonly got: Json[] = [];
  constructor(readonly number: number) {}

  say(message: Json): void {
    this.out = Buffer.concat([
      this.out,
      Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    ]);
  }
  /** The next bytes on their way to the shim. */
  *deliver(count: number): Generator<Buffer> {
    const part = this.out.subarray(0, count);
    this.out = this.out.subarray(part.length);
    yield* this.#toShim.push(part);
  }
  /** Reads up to so many bytes of what it was written. */
  take(count: number): void {
    const all = Buffer.concat(this.socket.written);
    for (const line of this.#decoder.push(all.subarray(this.read, this.read + count))) {
      this.got.push(JSON.parse(line.toString()) as Json);
    }
    this.read = Math.min(all.length, this.read + count);
  }
}

type Step =
  | { do: 'request' | 'note' | 'cancel' | 'respond' | 'attach' | 'drop' | 'giveUp' }
  | { do: 'answer' | 'notify' | 'ask' | 'push' | 'standby' | 'attached' | 'retire' | 'noise' }
  | { do: 'client' | 'daemon' | 'read' | 'slow' | 'fast'; n: number };

const n = fc.integer({ min: 1, max: 200 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('request' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('client' as const, 'daemon' as const, 'read' as const),
      n,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'answer' as const,
        'answer' as const,
        'notify' as const,
        'push' as const,
        'ask' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'attach' as const,
        'drop' as const,
        'note' as const,
        'cancel' as const,
        'respond' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'standby' as const,
        'attached' as const,
        'retire' as const,
        'noise' as const,
        'giveUp' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('slow' as const, 'fast' as const), n }) },
);

class World {
  readonly stdin = new FakeStream();
  readonly stdout = new FakeStream();
  readonly forwarder = new Forwarder();
  readonly daemons: FakeDaemon[] = [];
  readonly requests: number[] = [];
  readonly cancelled = new Set<number>();
  readonly retired: string[] = [];
  /** What daemons said that came whole to the shim while they were in force, in order. */
  readonly heard: Json[] = [];
  readonly #relay: Relay;
  #typed: Buffer = Buffer.alloc(0);
  #count = 0;
  #notes = 0;
  #answered = new Set<Json>();

  constructor() {
    const pushes = new PushQueue(
      { push: () => Promise.resolve({ written: true, nextMs: 0 }) },
      (ids) => {
        this.forwarder.handed(ids);
      },
    );
    this.#relay = new Relay(
      this.forwarder,
      pushes,
      this.stdin as unknown as Readable,
      this.stdout as unknown as Writable,
      {
        onWaiting: () => undefined,
        onDeaf: () => undefined,
        onRetire: (mode) => this.retired.push(mode),
        onNonsense: () => assert.fail('all that the client said was good'),
      },
    );
    this.#relay.start();
    this.#type({ id: 0, method: 'initialize', params: {} });
    this.requests.push(0);
    this.#type({ method: 'notifications/initialized' });
  }

  get daemon(): FakeDaemon | undefined {
    return this.forwarder.attached ? this.daemons.at(-1) : undefined;
  }

  take(step: Step): void {
    const { daemon } = this;
    switch (step.do) {
      case 'request':
        this.requests.push(this.requests.length);
        this.#type({
          id: this.requests.length - 1,
          method: 'tools/call',
          params: { name: 'é😀', arguments: {} },
        });
        break;
      case 'note':
        this.#type({ method: 'notifications/progress', params: { n: (this.#notes += 1) } });
        break;
      case 'cancel': {
        const id = this.requests.at(-1)!;
        if (id === 0) break;
        this.cancelled.add(id);
        this.#type({ method: 'notifications/cancelled', params: { requestId: id } });
        break;
      }
      case 'respond': {
        const asked = this.stdout
          .lines()
          .filter(({ method, id }) => method === 'ping' && id !== undefined)
          .at(-1);
        if (asked !== undefined) this.#type({ id: asked['id'], result: {} });
        break;
      }
      case 'client': {
        if (this.stdin.paused) break;
        const part = this.#typed.subarray(0, step.n);
        this.#typed = this.#typed.subarray(part.length);
        if (part.length > 0) this.stdin.emit('data', Buffer.from(part));
        break;
      }
      case 'read':
        daemon?.take(step.n);
        break;
      case 'daemon':
        if (daemon === undefined || daemon.socket.paused) break;
        for (const line of daemon.deliver(step.n)) {
          const message = JSON.parse(line.toString()) as Json;
          this.heard.push(message);
          this.#relay.fromDaemon(Buffer.from(line));
        }
        break;
      case 'answer': {
        const open = daemon?.got.filter(
          (one) =>
            one['id'] !== undefined && one['method'] !== undefined && !this.#answered.has(one),
        );
        const request = open?.at(this.#count % open.length || 0);
        if (daemon === undefined || request === undefined) break;
        this.#answered.add(request);
        this.#count += 1;
        daemon.say({ id: request['id'], result: { by: daemon.number } });
        break;
      }
      case 'notify':
        daemon?.say({ method: 'notifications/message', params: { n: (this.#count += 1) } });
        break;
      case 'push':
        this.#count += 1;
        daemon?.say({
          method: 'notifications/claude/channel',
          params: { content: 'x', meta: { msg_id: `msg-${this.#count}` } },
        });
        break;
      case 'ask':
        daemon?.say({ id: `${daemon.number}-${(this.#count += 1)}`, method: 'ping' });
        break;
      case 'standby':
        daemon?.say({ method: 'cc2cc/standby', params: {} });
        break;
      case 'attached':
        daemon?.say({ method: 'cc2cc/attached', params: { name: 'ann' } });
        break;
      case 'retire':
        daemon?.say({ method: 'cc2cc/retire', params: { mode: 'restart' } });
        break;
      case 'noise':
        daemon?.say({ id: 'nobody asked', result: {} });
        break;
      case 'attach':
        if (daemon !== undefined) break;
        this.daemons.push(new FakeDaemon(this.daemons.length));
        this.#relay.attached(
          { tools: 't' } as Welcome,
          this.daemons.at(-1)!.socket as unknown as Socket,
        );
        break;
      case 'drop':
        if (daemon !== undefined) this.#relay.lost(); // with whatever was on its way, at any byte
        break;
      case 'giveUp':
        this.#relay.giveUp(new Error('no daemon'));
        break;
      case 'slow':
        (step.n % 2 === 0 ? this.stdout : (daemon?.socket ?? this.stdout)).full = true;
        break;
      case 'fast':
        this.stdout.drain();
        daemon?.socket.drain();
        break;
    }
  }

  /** At last everybody reads, and a daemon lives and answers. */
  settle(): void {
    for (let round = 0; round < 5; round += 1) {
      this.take({ do: 'attach' });
      this.take({ do: 'fast', n: 1 });
      this.take({ do: 'client', n: CAP });
      this.take({ do: 'read', n: CAP });
      for (const _ of this.requests) this.take({ do: 'answer' });
      this.take({ do: 'daemon', n: CAP });
    }
  }

  #type(message: Json): void {
    this.#typed = Buffer.concat([
      this.#typed,
      Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    ]);
  }
}

test('bytes cut and dropped anywhere: one answer each, notifications once and in order', (t) => {
  const steps = fc.array(step, { maxLength: 80, size: 'max' });
  tryOut(
    t,
    1500,
    fc.property(steps, (all) => {
      const world = new World();
      for (const one of all) world.take(one);
      world.settle();
      const client = world.stdout.lines();
      const answers = client.filter((line) => !('method' in line)).map(({ id }) => id);
      for (const id of world.requests) {
        const count = answers.filter((answer) => answer === id).length;
        if (world.cancelled.has(id)) assert.ok(count <= 1, `${id} has ${count} answers`);
        else assert.equal(count, 1, `${id} has ${count} answers`);
      }
      assert.deepEqual(
        answers.filter((id) => typeof id !== 'number'),
        [],
        'answers to what the client never asked',
      );
      // What a daemon said to the client comes once, whole and in its order; hop methods never.
      const said = (lines: Json[]): Json[] =>
        lines.filter(({ method }) => typeof method === 'string' && !method.startsWith('cc2cc/'));
      assert.deepEqual(said(client), said(world.heard));
      assert.ok(!client.some(({ method }) => String(method).startsWith('cc2cc/')));
      const retires = world.heard.filter(({ method }) => method === 'cc2cc/retire');
      assert.equal(world.retired.length, retires.length);
      const pushed = client.flatMap(
        (line) => (line['params'] as { meta?: Json } | undefined)?.meta?.['msg_id'] ?? [],
      );
      assert.deepEqual(
        world.forwarder.reattach?.pushed,
        pushed,
        'the next daemon is told of each push once',
      );
      const last = world.heard
        .filter(({ method }) => method === 'cc2cc/standby' || method === 'cc2cc/attached')
        .at(-1);
      assert.equal(
        world.forwarder.reattach?.standby,
        last?.['method'] === 'cc2cc/standby' ? true : undefined,
      );
      assert.equal(world.forwarder.bytes, 0);
      for (const { got } of world.daemons) {
        const notes = got.filter(({ method }) => method === 'notifications/progress');
        const numbers = notes.map(({ params }) => (params as { n: number }).n);
        assert.deepEqual(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b),
          'notifications in order',
        );
        const ids = got
          .filter((one) => 'method' in one && 'id' in one)
          .map(({ id }) => id as number);
        assert.equal(new Set(ids).size, ids.length, 'a daemon is given no request twice');
      }
    }),
  );
});

test('an answer to a request of a daemon that is no more is nobody’s', (t) => {
  const ids = fc.oneof(
    fc.string(),
    fc.integer(),
    fc
      .tuple(
        fc.constantFrom('aaaaaaaa', 'bbbbbbbb'),
        fc.constantFrom('0', '1', '-1', 'hop-1', '1e3', '', ' 1', '0x10', 'NaN'),
      )
      .map((a) => a.join('-')),
    fc.constantFrom(null, {}, [], '__proto__'),
  );
  tryOut(
    t,
    2000,
    fc.property(ids, (id) => {
      const transport = new SessionTransport(
        new FakeStream() as unknown as Socket,
        'bbbbbbbb-rest',
      );
      const came: unknown[] = [];
      transport.onmessage = (message) => came.push(message);
      transport.receive(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result: {} })));
      const isOurs = typeof id === 'string' && /^bbbbbbbb-\d+$/.test(id);
      if (!isOurs) assert.deepEqual(came, []);
      for (const message of came) assert.equal(typeof (message as Json)['id'], 'number');
    }),
  );
});
