import { Command } from 'commander';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { sanitizeText } from '../../protocol/sanitize.js';
import { cleanUpRoot } from '../cleanup/run.js';
import { sentencesOf } from '../cleanup/report.js';
import { examples } from '../cli/help.js';
import { print, printJson, say } from '../cli/output.js';

interface Options {
  dryRun?: boolean;
  days?: string;
  json?: boolean;
}

/** The command line of `cc2cc cleanup`. */
export function command(): Command {
  return new Command('cleanup')
    .option('--dry-run', 'say what would go and change nothing')
    .option('--days <number>', 'keep what has ended for so many days, instead of keepDays')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Removes what has ended and been kept for keepDays (7 unless configured):
messages in done/ with their receipts, what was refused, tasks that have ended,
agents that are gone and leave nothing behind. A message is kept at least until
its ttl has passed by an hour, whatever --days says. Nothing that waits unread
is removed; what has expired is moved to done/, and its sender told. The daemon
does the same by itself, every hour.

${examples('cc2cc cleanup --dry-run # what would go, by kind', 'cc2cc cleanup --days 1')}`,
    )
    .action(async ({ dryRun = false, days, json = false }: Options) => {
      const report = await cleanUpRoot(dryRun, days === undefined ? undefined : daysOf(days));
      if (json) await printJson(report);
      else {
        await print(...sentencesOf(report, process.stdout.columns ?? Infinity));
        say(...report.problems.map(sanitizeText)); // paths, which anybody may have named
      }
      process.exitCode = report.problems.length > 0 ? ExitCode.failed : ExitCode.ok;
    });
}

/** @throws Cc2ccError E_USAGE; 0 would be for ever in the configuration, and at once here */
function daysOf(text: string): number {
  const days = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (days > 0) return days;
  throw new Cc2ccError('E_USAGE', `--days ${text.slice(0, 20)}: not a number above 0.`, {
    hint: 'A part of a day will do: --days 0.5.',
  });
}
