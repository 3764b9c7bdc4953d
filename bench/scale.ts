/**
 * `npm run bench:scale`: what a message costs against the number of sessions, of files that wait for
 * others, and of messages per second. Prints a table; with `--svg FILE` it draws it.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startDaemon, type OwnDaemon } from '../tests/support/daemon.js';
import type { Sandbox } from '../tests/support/sandbox.js';
import { attachMany, LightSession } from './light-session.js';
import { plot, type Panel } from './plot.js';
import { cpuSeconds, hasProc } from './proc.js';
import { endOnInterrupt, removeSandboxes, sandboxed } from './sandboxed.js';
import { median } from './stats.js';
import { fillMailbox } from './waiting.js';

/** Where what is not varied stands. */
const RATE = 100;
const MICROSECONDS = 1e6;
const SETTLE_MS = 1_500;
/** Files that wait are spread over so many mailboxes. */
const ABSENT = 100;

interface Point {
  x: number;
  /** Milliseconds from `send` to the push, the median. */
  latency: number;
  /** Microseconds of the daemon's processor time for each message. */
  cpu: number;
}

interface Axis {
  title: string;
  xLabel: string;
  xs: readonly number[];
  /** Brings about what this axis varies, up from the x before; the rate of messages at this x. */
  grow: (sandbox: Sandbox, from: number, to: number) => Promise<number>;
}

const AXES: readonly Axis[] = [
  {
    title: 'sessions',
    xLabel: 'other sessions that are attached',
    xs: [0, 1, 10, 100, 300, 1000],
    grow: async (sandbox, from, to) => {
      const more = await attachMany(sandbox.hostPaths(), to - from, { prefix: `other-${to}` });
      for (const session of more) sandbox.defer(() => session.close());
      return RATE;
    },
  },
  {
    title: 'files waiting',
    xLabel: 'files that wait for others',
    xs: [0, 1000, 10_000, 100_000],
    grow: (sandbox, from, to) => {
      for (let nth = 0; nth < ABSENT; nth += 1) {
        fillMailbox(sandbox, `absent-${nth}`, Math.ceil((to - from) / ABSENT));
      }
      return Promise.resolve(RATE);
    },
  },
  {
    title: 'load',
    xLabel: 'messages per second',
    xs: [1, 10, 100, 500, 1000],
    grow: (_sandbox, _from, to) => Promise.resolve(to),
  },
];

const { values } = parseArgs({
  options: { svg: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
endOnInterrupt();
try {
  if (!hasProc()) throw new Error('Processor time of another process cannot be had here.');
  const panels: Panel[] = [];
  for (const axis of AXES) {
    console.error(`measuring ${axis.title} …`);
    const points = await sandboxed((sandbox) => measure(sandbox, axis, values.quick));
    console.log(tableOf(axis, points));
    panels.push(panelOf(axis, points));
  }
  if (values.svg !== undefined) writeFileSync(values.svg, plot(panels));
} finally {
  removeSandboxes();
}

async function measure(sandbox: Sandbox, { xs, grow }: Axis, quick: boolean): Promise<Point[]> {
  const daemon = await startDaemon(sandbox);
  const pair = await provenPair(sandbox);
  await talk(daemon, pair, RATE, 500); // warm-up
  const points: Point[] = [];
  let before = 0;
  for (const x of quick ? xs.slice(0, -1) : xs) {
    const rate = await grow(sandbox, before, x);
    before = x;
    await sleep(SETTLE_MS);
    const seconds = quick ? 2 : 6;
    points.push({ x, ...(await talk(daemon, pair, rate, Math.max(20, rate * seconds))) });
  }
  return points;
}

interface LightPair {
  sender: LightSession;
  recipient: LightSession;
}

/** The recipient has answered, so that pushes count as seen and nothing piles up. */
async function provenPair(sandbox: Sandbox): Promise<LightPair> {
  const paths = sandbox.hostPaths();
  const recipient = await LightSession.attach(paths, 'recipient');
  const sender = await LightSession.attach(paths, 'sender', 'tool');
  for (const one of [recipient, sender]) sandbox.defer(() => one.close());
  const pushed = new Promise<string>((resolve) => {
    recipient.onLine((line) => {
      const id = /"msg_id":"(msg-[\w-]+)"/.exec(line.toString())?.[1];
      if (id !== undefined) resolve(id);
    });
  });
  await sender.call('send', { to: 'recipient', text: 'Do you read me?' });
  await recipient.call('reply', { msg_id: await pushed, text: 'I do.' });
  return { sender, recipient };
}

/** Sends so many at an even pace. */
async function talk(
  daemon: OwnDaemon,
  { sender, recipient }: LightPair,
  rate: number,
  count: number,
): Promise<Omit<Point, 'x'>> {
  const sentAt = new Map<string, number>();
  const took: number[] = [];
  const all: Promise<unknown>[] = [];
  const stop = recipient.onLine((line) => {
    const now = performance.now();
    for (const [mark] of line.toString().matchAll(/mark-[\w-]+/g)) {
      const start = sentAt.get(mark);
      if (start !== undefined) took.push(now - start);
      sentAt.delete(mark);
    }
  });
  const cpu = cpuSeconds(daemon.pid!);
  const begin = performance.now();
  while (all.length < count) {
    const due = Math.min(count, ((performance.now() - begin) * rate) / 1000 + 1);
    while (all.length < Math.floor(due)) {
      const mark = `mark-${randomUUID()}`;
      sentAt.set(mark, performance.now());
      all.push(
        sender.call('send', { to: 'recipient', text: `A message of usual length ${mark}.` }),
      );
    }
    await sleep(Math.min(100, 1000 / rate));
  }
  await Promise.all(all);
  await sleep(200); // what follows an acknowledgement
  const spent = cpuSeconds(daemon.pid!) - cpu;
  stop();
  if (took.length < count / 2) throw new Error(`Only ${took.length} of ${count} were pushed.`);
  return { latency: median(took), cpu: (spent * MICROSECONDS) / count };
}

function tableOf({ xLabel }: Axis, points: readonly Point[]): string {
  const rows = points.map(({ x, latency, cpu }) =>
    [String(x).padStart(8), latency.toFixed(2).padStart(10), cpu.toFixed(0).padStart(10)].join(' '),
  );
  const head = `${'x'.padStart(8)} ${'p50 ms'.padStart(10)} ${'CPU µs'.padStart(10)}`;
  return [`x: ${xLabel}`, head, ...rows, ''].join('\n');
}

function panelOf({ title, xLabel }: Axis, points: readonly Point[]): Panel {
  return {
    title: `cost of a message: ${title}`,
    xLabel,
    series: [
      { name: 'send to push', unit: 'ms', points: points.map(({ x, latency: y }) => ({ x, y })) },
      { name: 'CPU', unit: 'µs', points: points.map(({ x, cpu: y }) => ({ x, y })) },
    ],
  };
}
