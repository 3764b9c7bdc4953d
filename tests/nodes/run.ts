/**
 * The runner behind `npm run test:nodes`: the core of the tests on each Node that we promise to run on,
 * with what this Node has built. One line for each, and all that fails.
 */
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchNode } from './fetch.js';

const MAJORS = [20, 22, 24, 26];
const RUNNER = fileURLToPath(new URL('../run.js', import.meta.url));

/** What is long and ours alone: the same on every Node. */
const OURS = ['mail/fuzz', 'mail/cleanup/', 'mail/tasks/race', 'claude/hooks-edit'];

/**
 * Nearly all without a daemon; and with one what rests most on Node: sockets, streams, processes,
 * watching.
 */
const RUNS: readonly (readonly string[])[] = [
  ['--suite', 'unit', ...OURS.flatMap((part) => ['--without', part])],
  [
    '--suite',
    'integration',
    'integration/connections',
    'integration/hooks',
    'integration/mcp',
    'lifecycle/commands',
    'lifecycle/kill-in-flight',
    'lifecycle/prove',
    'lifecycle/twins',
    'mailbox/folders',
  ],
];

/** One of the runs above takes half a minute to a minute, and three on a busy machine. */
const RUN_MS = 400_000;
const LAST_LINE = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'skip-missing': { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
});
const majors = values.only?.map(Number) ?? MAJORS;
if (majors.some((major) => !Number.isInteger(major))) usage();
const runs = positionals.length > 0 ? [positionals] : RUNS;

const total: Outcome = { passed: 0, failed: 0, skipped: 0 };
for (const major of majors) add(await tryNode(major));
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed + total.skipped === 0 ? 1 : 0;

/** Prints the line of one Node. */
async function tryNode(major: number): Promise<Outcome> {
  const started = performance.now();
  let node;
  try {
    node = await fetchNode(major, process.env);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.log(`node ${major}: ${values['skip-missing'] ? 'SKIPPED' : 'MISSING'}: ${why}`);
    const isSkipped = values['skip-missing'];
    return { passed: 0, failed: isSkipped ? 0 : 1, skipped: isSkipped ? 1 : 0 };
  }
  const sum: Outcome = { passed: 0, failed: 0, skipped: 0 };
  for (const args of runs) {
    const { passed, failed, skipped } = await runTests(node.bin, args);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `node ${node.version}: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped (${seconds} s)`,
  );
  return sum;
}

/** Runs the ordinary runner with another Node, and shows what it says if anything fails. */
async function runTests(bin: string, args: readonly string[]): Promise<Outcome> {
  // Whoever starts `node` by its name shall get the same.
  const PATH = `${dirname(bin)}${delimiter}${process.env['PATH'] ?? ''}`;
  const child = spawn(bin, [RUNNER, ...args], {
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lastLine = output.trimEnd().split('\n').at(-1) ?? '';
  const [, passed = 0, failed = 0, skipped = 0] = LAST_LINE.exec(lastLine) ?? [];
  const outcome = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
  if (code !== 0) {
    // A runner that fell over before its last line is a failure too.
    outcome.failed = Math.max(outcome.failed, 1);
    process.stderr.write(
      `--- ${bin} ${args.join(' ')}: exit code ${code}\n${failuresOf(output)}\n`,
    );
  }
  return outcome;
}

/** From the runner's first list of failures on, without what went well; all where there is none. */
function failuresOf(output: string): string {
  const [, ...lists] = output.split('failing tests:');
  const lines = lists.join('').split('\n');
  return lists.length === 0 ? output : lines.filter((line) => !/^\s*[✔▶]/.test(line)).join('\n');
}

function add(outcome: Outcome): void {
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skipped += outcome.skipped;
}

function usage(): never {
  console.error('usage: test:nodes [--skip-missing] [--only 22]… [filter…]');
  process.exit(2);
}
