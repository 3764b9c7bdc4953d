/**
 * The test runner behind `npm test`: every compiled test file in a process of its own, away from the
 * user's own setup, and one last line that programs can read.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { Points } from './sweeps/support/points.js';

/** Past this a test file hangs: the slowest take a minute on a loaded machine. */
const FILE_TIMEOUT_MS = 240_000;
/** A file of sweeps starts hundreds of processes: a minute, or several on a loaded machine. */
const SWEEP_TIMEOUT_MS = 540_000;
/** Two files at a time: the tests start many processes of their own and measure time. */
const CONCURRENCY = Number(process.env['TEST_CONCURRENCY']) || 2;
/** What could lead a test to the user's own daemon, mailboxes or client. */
const LEAKY = /^(?:CC2CC_.*|BRIDGE_DIR|SELF|CLAUDE.*|XDG_.*|NODE_TEST_CONTEXT)$/;
/** What each `run()` says of itself at its end; our own last line sums up all of them. */
const TOTALS = /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;
/** `claude` is apart from `all`: it needs the real client, see tests/claude/run.ts. */
/** `service` too: it boots a systemd of its own, which takes root. */
/** And `windows`: it takes a Node for Windows, see tests/windows/run.ts. */
/** And `sweeps`: they try hundreds of points, see tests/sweeps/. */
const SUITES = ['unit', 'integration', 'all', 'claude', 'service', 'windows', 'sweeps'];
const APART = new Map([
  ['claude', '.claude.js'],
  ['service', '.service.js'],
  ['windows', '.windows.js'],
  ['sweeps', '.sweep.js'],
]);

/** The part of a test event that we use; it is the same on Node 20, 22 and 24. */
interface TestEvent {
  type: string;
  data: {
    name: string;
    nesting: number;
    skip?: string | boolean;
    todo?: string | boolean;
    message?: string;
    details: { type?: string; error?: { failureType?: string } };
  };
}

function findTests(filters: string[], without: string[], suite: string): string[] {
  const root = import.meta.dirname;
  const suiteOf = (file: string) => (file.startsWith(`integration${sep}`) ? 'integration' : 'unit');
  const ending = APART.get(suite);
  const isWanted = (file: string) =>
    ending !== undefined
      ? file.endsWith(ending)
      : file.endsWith('.test.js') && (suite === 'all' || suite === suiteOf(file));
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(isWanted)
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .filter((file) => !without.some((part) => file.includes(part)))
    .sort()
    .map((file) => join(root, file));
}

/** Test processes inherit our environment, so it is ours that has to be clean. */
function isolate(): void {
  for (const name of Object.keys(process.env)) if (LEAKY.test(name)) delete process.env[name];
  const home = mkdtempSync(join(tmpdir(), 'cc2cc-home-'));
  process.env['HOME'] = process.env['USERPROFILE'] = home;
  process.env['CC2CC_TEST'] = '1';
  process.on('exit', () => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
}

/** One file, one `run()`: Node 24 hands `timeout` to the single tests, only a signal ends a file. */
async function runFile(file: string): Promise<TestEvent[]> {
  const events: TestEvent[] = [];
  const usual = file.endsWith('.sweep.js') ? SWEEP_TIMEOUT_MS : FILE_TIMEOUT_MS;
  const signal = AbortSignal.timeout(Number(process.env['TEST_FILE_TIMEOUT_MS']) || usual);
  const only = values.only.length > 0 ? { testNamePatterns: values.only } : {};
  for await (const event of run({ files: [file], signal, ...only }))
    events.push(event as TestEvent);
  return events;
}

/** Adds one file to the tally, leaves only. Reports come in order, children before their parent. */
function count(file: string, events: TestEvent[]): void {
  const failedBefore = tally.failed;
  let unfinished = 0; // enqueued and never reported: the process left with exit code 0
  let reports = 0;
  let previous = 0; // nesting of the previous report: one deeper means that it was our child
  for (const { type, data } of events) {
    if (!/^test:(?:enqueue|pass|fail)$/.test(type)) continue;
    const isFile = resolve(data.name) === file; // reported for a crash or for want of tests
    if (!isFile) unfinished += type === 'test:enqueue' ? 1 : -1;
    if (type === 'test:enqueue') continue;
    reports += isFile ? 0 : 1;
    const isParent = previous > data.nesting || data.details.type === 'suite';
    previous = data.nesting;
    if (data.skip !== undefined || data.todo !== undefined) tally.skipped++;
    else if (type === 'test:fail') {
      if (data.details.error?.failureType !== 'subtestsFailed') tally.failed++;
    } else if (!isParent && !isFile) tally.passed++;
  }
  if (tally.failed > failedBefore || (reports > 0 && unfinished <= 0)) return;
  tally.failed++;
  complaints.push(reports > 0 ? `${file}: exited before its tests ended` : `${file}: has no test`);
}

/** A line may come in two pieces. */
function printedBy(events: TestEvent[]): string {
  const printed = events.filter(({ type }) => type === 'test:stdout');
  return printed.map(({ data }) => data.message).join('');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string', default: 'all' },
    without: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
  },
});
if (!SUITES.includes(values.suite)) {
  const suites = SUITES.join('|');
  console.error(`usage: run.js [filter…] [--without filter]… [--only test]… [--suite ${suites}]`);
  process.exit(2);
}
isolate();
const tally = { passed: 0, failed: 0, skipped: 0 };
const complaints: string[] = [];
const points = new Points();
const reporter = new spec();
const printed = finished(reporter.on('data', (chunk: string) => process.stdout.write(chunk)));
const queue = findTests(positionals, values.without, values.suite).values();
async function work(): Promise<void> {
  for (const file of queue) {
    const events = await runFile(file);
    count(file, events);
    points.add(printedBy(events));
    for (const event of events) if (!TOTALS.test(event.data.message ?? '')) reporter.write(event);
  }
}
await Promise.all(Array.from({ length: CONCURRENCY }, work));
reporter.end();
await printed;
for (const complaint of complaints) console.log(complaint);
for (const line of points.lines()) console.log(line);
const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
// Where no client or no systemd can be had, its whole suite is skipped, and that is no failure.
const ran = tally.passed > 0 || (APART.has(values.suite) && tally.skipped > 0);
const code = tally.failed > 0 || !ran ? 1 : 0;
// A process that a test left behind may hold a pipe of ours open: do not wait for it.
const line = `${tally.passed} passed, ${tally.failed} failed${skipped}\n`;
process.stdout.write(line, () => process.exit(code));
