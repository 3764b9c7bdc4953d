/**
 * `npm run test:defences [-- words]`: takes each defence out of a copy of the project, and looks that
 * its tests fail then. A defence whose tests pass without it is not tested. A word that is the name of
 * a list chooses that list, any other what has it in its file, sentence or tests.
 */
import { parseArgs } from 'node:util';
import { lists } from './all.js';
import type { Defence } from './defence.js';
import { endOf, ProjectCopy, type Outcome } from './project-copy.js';

/** Copies in which tests run at the same time; the runner of each runs two files. */
const COPIES = 2;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const { positionals } = parseArgs({ allowPositionals: true });
const chosen = choose(positionals);
/** How tests end as the project is: many defences have the same ones. */
const wholes = new Map<string, Promise<Outcome>>();
const counts = { seen: 0, missed: 0 };
const queue = chosen.values();
await Promise.all(
  Array.from({ length: Math.min(COPIES, chosen.length) }, async () => {
    const copy = new ProjectCopy();
    try {
      for (const defence of queue) await tryOne(copy, defence);
    } finally {
      copy.remove();
    }
  }),
);
console.log(`${counts.seen} passed, ${counts.missed} failed`);
process.exitCode = counts.missed > 0 || chosen.length === 0 ? 1 : 0;

function choose(words: string[]): Defence[] {
  const named = words.filter((word) => Object.hasOwn(lists, word));
  const others = words.filter((word) => !named.includes(word)).map((word) => word.toLowerCase());
  return (named.length > 0 ? named : Object.keys(lists))
    .flatMap((name) => lists[name] ?? [])
    .filter((defence) => {
      const text = JSON.stringify(defence).toLowerCase();
      return others.every((word) => text.includes(word));
    });
}

async function tryOne(copy: ProjectCopy, defence: Defence): Promise<void> {
  const { seen, says } = await look(copy, defence).catch((error: unknown) => ({
    seen: false,
    says: error instanceof Error ? error.message : String(error),
  }));
  counts[seen ? 'seen' : 'missed'] += 1;
  const { guarantee, file, tests } = defence;
  const what = `${guarantee} (${file}, ${tests.join(' ')})`;
  console.log(`${seen ? 'ok' : 'NOT TESTED'}: ${what}\n  ${says.replaceAll('\n', '\n  ')}`);
}

/** Seen is a defence whose tests pass with it, and fail without it for no other reason. */
async function look(copy: ProjectCopy, defence: Defence): Promise<{ seen: boolean; says: string }> {
  const whole = await wholeRun(copy, defence);
  if (whole.passed === 0 || whole.failed > 0) {
    return { seen: false, says: `Its tests do not pass as it is.\n${endOf(whole.output)}` };
  }
  const { passed, failed, tookMs, hung } = await copy.without(defence, whole);
  const took = `${(tookMs / 1000).toFixed(1)} s`;
  if (hung) return { seen: false, says: `Its tests hang without it: ended after ${took}.` };
  if (failed === 0)
    return { seen: false, says: `Its ${passed} tests pass without it, in ${took}.` };
  return { seen: true, says: `${failed} of ${passed + failed} tests fail without it, in ${took}.` };
}

function wholeRun(copy: ProjectCopy, defence: Defence): Promise<Outcome> {
  const key = JSON.stringify([defence.suite, defence.only, ...defence.tests]);
  const known = wholes.get(key) ?? copy.run(defence);
  wholes.set(key, known);
  return known;
}
