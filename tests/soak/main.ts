/** `npm run soak -- --minutes 10 [--agents 30] [--seed N]`: everything at once, for some time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderVerdicts } from './verdicts.js';
import { soak } from './soak.js';

const USAGE = 'usage: npm run soak -- [--minutes N | --seconds N] [--agents N] [--seed N]';
/** What could lead a process of ours to the user's own daemon, mailboxes or client. */
const LEAKY = /^(?:CC2CC_.*|BRIDGE_DIR|SELF|CLAUDE.*|XDG_.*)$/;

process.exitCode = await main();

async function main(): Promise<number> {
  if (process.platform !== 'linux') {
    console.log('Skipped: handles and watches of a process are read from /proc.');
    return 0;
  }
  const options = parse();
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  isolate();
  const { seed, agents, seconds } = options;
  const again = `npm run soak -- --seconds ${seconds} --agents ${agents} --seed ${seed}`;
  console.log(`Soak of ${seconds} s with ${agents} agents, seed ${seed}.`);
  const say = (line: string): void => {
    console.log(line);
  };
  try {
    const verdicts = await soak({ seed, agents, milliseconds: seconds * 1000, say });
    console.log(renderVerdicts(verdicts));
    const failed = verdicts.filter(({ ok }) => !ok).length;
    if (failed > 0) console.log(`Again: ${again}`);
    console.log(`${verdicts.length - failed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } catch (error) {
    console.log(error);
    console.log(`Again: ${again}\n0 passed, 1 failed`);
    return 1;
  }
}

function parse(): { seed: number; agents: number; seconds: number } | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { minutes: text, seconds: text, agents: text, seed: text },
  });
  const { minutes, seconds = String(60 * Number(minutes ?? 1)), agents = '30' } = values;
  const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
  const numbers = { seed: Number(seed), agents: Number(agents), seconds: Number(seconds) };
  const isGood = Object.values(numbers).every((value) => Number.isFinite(value) && value >= 0);
  return isGood && numbers.agents >= 2 && numbers.seconds > 0 ? numbers : undefined;
}

/** Processes of the soak inherit our environment where they are given none. */
function isolate(): void {
  for (const name of Object.keys(process.env)) if (LEAKY.test(name)) delete process.env[name];
  const home = mkdtempSync(join(tmpdir(), 'cc2cc-home-'));
  process.env['HOME'] = process.env['USERPROFILE'] = home;
  process.env['CC2CC_TEST'] = '1';
  process.on('exit', () => {
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  });
}
