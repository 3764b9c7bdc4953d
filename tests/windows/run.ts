/**
 * The runner behind `npm run test:windows`: the tests of this folder with a Node for Windows. On Windows
 * itself that is the one that runs this; elsewhere it is run by Wine, in a Windows that is made for it
 * and thrown away.
 */
import { prepareWindows, type Windows } from './support/wine.js';

/** A file that fails is run once more: Wine is not Windows, and not always steady. */
const ATTEMPTS = 2;
/** All of it takes a minute; where it has taken so long already, nothing is tried again. */
const AGAIN_WITHIN_MS = 240_000;
const FILES = ['daemon', 'sessions', 'commands', 'service'];

const windows = await prepareWindows();
if ('unavailable' in windows) {
  console.error(`\n!!! ALL TESTS WITH WINDOWS ARE SKIPPED: ${windows.unavailable}\n`);
  console.log(`0 passed, 0 failed, ${FILES.length} skipped`);
} else {
  try {
    process.exitCode = await runAll(windows);
  } finally {
    await windows.end();
  }
}

async function runAll(run: Windows): Promise<number> {
  const wanted = process.argv.slice(2);
  const files = FILES.filter(
    (file) => wanted.length === 0 || wanted.some((part) => file.includes(part)),
  );
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    for (let attempt = 1; ; attempt += 1) {
      const tally = tallyOf(await run.tests(`${file}.windows`));
      const isInTime = performance.now() < AGAIN_WITHIN_MS;
      if (tally.failed > 0 && attempt < ATTEMPTS && isInTime) {
        console.log(`\n!!! ${file}: ${tally.failed} failed, once more\n`);
        continue;
      }
      for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += tally[key];
      break;
    }
  }
  const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
  console.log(`${sum.passed} passed, ${sum.failed} failed${skipped}`);
  return sum.failed > 0 || sum.passed + sum.skipped === 0 ? 1 : 0;
}

/** From the last line of the ordinary runner; one that ends without it has failed. */
function tallyOf(output: string): { passed: number; failed: number; skipped: number } {
  const [, passed, failed, skipped] =
    [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/gm)].at(-1) ?? [];
  if (passed === undefined) return { passed: 0, failed: 1, skipped: 0 };
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped ?? 0) };
}
