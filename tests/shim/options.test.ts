import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeHome } from './support/home.js';
import { ShimProcess } from './support/shim-process.js';

const CASES: [args: string[], code: number, stdout: RegExp, stderr: RegExp][] = [
  [['--version'], 0, /^cc2cc-shim \d+\.\d+\.\d+\n$/, /^$/],
  [['--help'], 0, /^usage: cc2cc-shim[^]*claude mcp add[^]*CC2CC_TRANSCRIPT/, /^$/],
  [['--wat'], 2, /^$/, /^usage: cc2cc-shim/],
  [['--version', 'extra'], 2, /^$/, /^usage: cc2cc-shim/],
  [['--name'], 2, /^$/, /^usage: cc2cc-shim[^]*--name takes a value/],
  [['--transcript', 'no'], 2, /^$/, /--transcript: expected on or off, not "no"/],
  [['--lanes=horn'], 2, /^$/, /--lanes: expected a list of .*not "horn"/],
  [['--bridge-dir', 'post'], 2, /^$/, /--bridge-dir: .*absolute/],
  [['--rate', '5'], 2, /^$/, /^usage: cc2cc-shim/],
  [['--of-plugin', '--wat'], 2, /^$/, /^usage: cc2cc-shim/],
];

for (const [args, code, stdout, stderr] of CASES) {
  test(`cc2cc-shim ${args.join(' ')} exits ${code}`, async (t) => {
    const { child, exited } = new ShimProcess(t, makeHome(t), {}, args, true);
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    const closed = new Promise((resolve) => child.once('close', resolve));
    assert.deepEqual(await exited, { code, signal: null });
    await closed;
    assert.match(text.stdout, stdout);
    assert.match(text.stderr, stderr);
  });
}
