/** `npm run bench`: measures ours beside the least the system takes, and prints a table. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { describeDisk } from './disk.js';
import {
  ratioOf,
  regressions,
  verdictOf,
  type Figure,
  type Line,
  type Recorded,
} from './figure.js';
import { broadcast } from './figures/broadcast.js';
import { command } from './figures/command.js';
import { digest } from './figures/digest.js';
import { crowded, drop } from './figures/drop.js';
import { durable } from './figures/durable.js';
import { hook } from './figures/hook.js';
import { idle } from './figures/idle.js';
import { load } from './figures/load.js';
import { memory } from './figures/memory.js';
import { poller } from './figures/poller.js';
import { send } from './figures/send.js';
import { sizes } from './figures/sizes.js';
import { start } from './figures/start.js';
import { together } from './figures/together.js';
import { endOnInterrupt, removeSandboxes } from './sandboxed.js';
import { renderTable } from './table.js';

const FIGURES: readonly Figure[] = [
  drop,
  crowded,
  send,
  durable,
  broadcast,
  digest,
  together,
  start,
  memory,
  hook,
  command,
  sizes,
  idle,
  load,
  poller,
];
const NAMES = FIGURES.map(({ name }) => name);
const USAGE = `usage: npm run bench -- [--quick] [--json] [--check] [${NAMES.join('|')} …]`;

endOnInterrupt();
try {
  process.exitCode = await main(process.argv.slice(2));
} finally {
  removeSandboxes();
}

async function main(args: string[]): Promise<number> {
  const request = parse(args);
  if (request === undefined) {
    console.error(USAGE);
    return 2;
  }
  const { quick, json, check, chosen } = request;
  const disk = await describeDisk(); // as the figures find it
  const lines: Line[] = [];
  let broken = false;
  for (const figure of chosen) {
    console.error(`measuring ${figure.name} …`);
    try {
      lines.push(...(await figure.measure({ quick })));
    } catch (error) {
      broken = true; // the other figures are worth having all the same
      console.error(`${figure.name} broke:`, error);
    }
  }
  if (json) {
    const report = lines.map((line) => ({
      ...line,
      ratio: ratioOf(line),
      verdict: verdictOf(line),
    }));
    console.log(
      JSON.stringify({ node: process.version, cores: cpus().length, disk, lines: report }),
    );
  } else {
    console.log(renderTable(lines));
    console.log(`\nNode ${process.version}, ${process.platform}, ${cpus().length} cores. ${disk}`);
  }
  const worse = check ? regressions(lines, readRecorded()) : [];
  for (const line of worse) console.error(`Regression: ${line}.`);
  return broken || worse.length > 0 ? 1 : 0;
}

function readRecorded(): Recorded {
  const path = new URL('../../bench/recorded.json', import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Recorded;
}

interface Request {
  quick: boolean;
  json: boolean;
  check: boolean;
  chosen: Figure[];
}

function parse(args: string[]): Request | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
      },
    });
    if (positionals.some((name) => !NAMES.includes(name))) return undefined;
    const chosen = FIGURES.filter(
      ({ name }) => positionals.length === 0 || positionals.includes(name),
    );
    return { ...values, chosen };
  } catch {
    return undefined; // an option that we do not have: the usage says which there are
  }
}
