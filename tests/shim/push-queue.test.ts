import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import type { HopPushed } from '../../protocol/hop.js';
import { SOCKET_BURST } from '../../protocol/limits.js';
import { Forwarder } from '../../shim/forwarder.js';
import { PushQueue } from '../../shim/push-queue.js';
import type { PushFailure, PushOptions } from '../../shim/session-socket.js';
import type { Json } from './support/fake-daemon.js';
import { line } from './support/forwarder-harness.js';

const FAILED: PushFailure = { code: -32002, message: 'failed', unsure: true };

interface Job {
  content: string;
  begun: boolean;
  onBegin: () => void;
  resolve: (outcome: HopPushed | PushFailure) => void;
}

/** A session's socket whose every step the test takes. */
class ManualSocket {
  /** Contents that the client may have, in order. */
  readonly begun: string[] = [];
  #job: Job | undefined;

  async push(content: string, { onBegin, signal }: PushOptions): Promise<HopPushed | PushFailure> {
    assert.equal(this.#job, undefined, 'one at a time');
    return new Promise((resolve) => {
      this.#job = { content, begun: false, onBegin, resolve };
      signal.addEventListener('abort', () => {
        if (this.#job?.begun === false) this.fail();
      });
    });
  }

  begin(): void {
    if (this.#job === undefined || this.#job.begun) return;
    this.#job.begun = true;
    this.begun.push(this.#job.content);
    this.#job.onBegin();
  }

  written(): void {
    this.begin();
    this.#end({ written: true, nextMs: 0 });
  }

  /** That is found before anything begins. */
  full(): void {
    if (this.#job?.begun === false) this.#end({ written: false, nextMs: 7 });
  }

  fail(): void {
    this.#end({ ...FAILED, unsure: this.#job?.begun === true });
  }

  #end(outcome: HopPushed | PushFailure): void {
    const job = this.#job;
    this.#job = undefined;
    job?.resolve(outcome);
  }
}

test('pushes are written one after another, and each is answered', async () => {
  const socket = new ManualSocket();
  const handed: string[] = [];
  const queue = new PushQueue(socket, (ids) => handed.push(...ids));
  const answers: Json[] = [];
  for (const id of ['a', 'b', 'c']) {
    queue.add({ id, push: { content: id, ids: [`msg-${id}`] } }, (bytes) => {
      answers.push(JSON.parse(bytes.toString()) as Json);
    });
  }
  socket.written();
  await turn();
  socket.full();
  await turn();
  socket.begin();
  socket.fail();
  await turn();
  assert.deepEqual(socket.begun, ['a', 'c']);
  assert.deepEqual(handed, ['msg-a', 'msg-c'], 'also what may have been written only in part');
  assert.deepEqual(answers, [
    { jsonrpc: '2.0', id: 'a', result: { written: true, nextMs: 0 } },
    { jsonrpc: '2.0', id: 'b', result: { written: false, nextMs: 7 } },
    {
      jsonrpc: '2.0',
      id: 'c',
      error: { code: -32002, message: 'failed', data: { unsure: true } },
    },
  ]);
});

test('more than the client would take at once does not wait in memory', () => {
  const queue = new PushQueue(new ManualSocket(), () => {});
  const refused: number[] = [];
  for (let i = 0; i < 100; i += 1) {
    queue.add({ id: i, push: { content: 'x', ids: [] } }, (bytes) => {
      const { id, result } = JSON.parse(bytes.toString()) as Json;
      assert.deepEqual(result, { written: false, nextMs: 5000 });
      refused.push(id);
    });
  }
  assert.deepEqual(
    refused,
    Array.from({ length: 99 - SOCKET_BURST }, (_, i) => i + 1 + SOCKET_BURST),
  );
});

type Step = 'offer' | 'begin' | 'written' | 'full' | 'fail' | 'lost' | 'attach';

/** Daemons that come and go and offer what their session does not have yet. */
class World {
  readonly socket = new ManualSocket();
  readonly forwarder = new Forwarder();
  readonly queue = new PushQueue(this.socket, (ids) => {
    this.forwarder.handed(ids);
  });
  /** Messages that lie in the inbox, in order. */
  readonly inbox: string[] = [];
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  /** What a daemon was told to be unsure of, so that it may be shown twice. */
  readonly repeated: string[] = [];
  #daemon = 0;
  /** What the daemon in force takes for pushed or under way. */
  #offered = new Set<string>();

  async take(step: Step): Promise<void> {
    switch (step) {
      case 'offer':
        this.inbox.push(`msg-${this.inbox.length}`);
        this.#offer();
        break;
      case 'lost':
        if (!this.forwarder.attached) break;
        this.forwarder.detach();
        this.queue.clear();
        break;
      case 'attach':
        if (this.forwarder.attached) break;
        this.#daemon += 1;
        this.#offered = new Set(this.forwarder.reattach?.pushed);
        this.forwarder.attach('t');
        this.#offer();
        break;
      case 'begin':
      case 'written':
      case 'full':
      case 'fail':
        this.socket[step]();
        break;
    }
    await turn();
  }

  async settle(): Promise<void> {
    await this.take('attach');
    for (let i = 0; i < 2 * this.inbox.length + 1; i += 1) {
      await this.take('written');
      this.#offer();
    }
  }

  #offer(): void {
    if (!this.forwarder.attached) return;
    const daemon = this.#daemon;
    for (const id of this.inbox) {
      if (this.#offered.has(id)) continue;
      this.#offered.add(id);
      this.asked.push(id);
      const params = { content: id, ids: [id] };
      const { push } = this.forwarder.fromDaemon(line({ id, method: 'cc2cc/push', params }));
      this.queue.add(push!, (bytes) => {
        // As the relay does: the answer is for the daemon that asked.
        if (!this.forwarder.attached || this.#daemon !== daemon) return;
        const { result, error } = JSON.parse(bytes.toString()) as Json;
        if (result?.written === true) return;
        this.#offered.delete(id);
        if (error?.data.unsure === true) this.repeated.push(id);
      });
    }
  }
}

const step = fc.constantFrom<Step[]>(
  'offer',
  'offer',
  'begin',
  'written',
  'full',
  'fail',
  'lost',
  'attach',
);

test('whenever daemons come and go, every message is written, and once unless an error said so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const world = new World();
      for (const each of steps) await world.take(each);
      await world.settle();
      const { begun } = world.socket;
      assert.ok(
        isPartOf(begun, world.asked),
        `${begun.join()} is not in the order that was asked for`,
      );
      for (const id of world.inbox) {
        const times = begun.filter((each) => each === id).length;
        const errors = world.repeated.filter((each) => each === id).length;
        assert.ok(times >= 1, `${id} was swallowed`);
        assert.ok(times <= 1 + errors, `${id} was written ${times} times after ${errors} errors`);
        assert.ok(world.forwarder.reattach?.pushed.includes(id), `${id} is not in the next hello`);
      }
    }),
    { numRuns: 500 },
  );
});

/** Whether `part` is what is left of `whole` when some of it is left out. */
function isPartOf(part: readonly string[], whole: readonly string[]): boolean {
  let found = 0;
  for (const each of whole) if (each === part[found]) found += 1;
  return found === part.length;
}
