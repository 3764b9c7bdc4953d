import { Command } from 'commander';
import { ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { oneLine, tilde } from '../../protocol/terminal/text.js';
import { CANCELLED } from '../cli/ask.js';
import { examples } from '../cli/help.js';
import { print, printJson, say } from '../cli/output.js';
import { whoIsAffected } from '../setup/affected.js';
import { mayPurge } from '../setup/may-purge.js';
import { removeProgramLine } from '../setup/program-place.js';
import { assertPurgeable } from '../setup/purge.js';
import {
  leftWithClient,
  removeBackups,
  removeOurHooks,
  removePlugins,
  removeRegistrations,
} from '../setup/remove-client.js';
import { leftCompletions, removeCompletions } from '../setup/remove-completion.js';
import { keptMail, removeMail } from '../setup/remove-mail.js';
import { removeRuntime } from '../setup/remove-runtime.js';
import { uninstallService } from '../setup/service.js';
import { attempt, stepLines, type Step } from '../setup/step.js';
import { stopDaemon } from '../setup/stop-daemon.js';

interface Options {
  purge?: boolean;
  yes?: boolean;
  dryRun?: boolean;
  keepLog?: boolean;
  json?: boolean;
}

/** The command line of `cc2cc uninstall`. */
export function command(): Command {
  return new Command('uninstall')
    .option('--purge', 'remove the mail, the keys and config.json as well')
    .option('-y, --yes', 'without a question')
    .option('--dry-run', 'say what would go and change nothing')
    .option('--keep-log', "keep the daemon's log")
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Removes what was installed for this user: hooks, registration, plugin, service,
the daemon and its files. What others had in the same files stays as it is.
Mail stays, unless --purge is given. It says what it left, and the last line to
type. It can be run again at any time.

${examples('cc2cc uninstall --dry-run # what would go', 'cc2cc uninstall --purge # also all mail')}`,
    )
    .action(async (options: Options) => {
      process.exitCode = await uninstall(options);
    });
}

async function uninstall(options: Options): Promise<number> {
  const { purge = false, dryRun = false, keepLog = false, json = false } = options;
  const root = bridgeRoot();
  const paths = hostPaths(root);
  const affected = await whoIsAffected(root);
  if (
    purge &&
    assertPurgeable(root) &&
    !dryRun &&
    !(await mayPurge(root, affected.waiting, options))
  ) {
    say('Nothing was done.');
    return CANCELLED;
  }
  const steps: Step[] = [];
  const take = async (...more: Step[]): Promise<void> => {
    steps.push(...more);
    if (!json) await print(...stepLines(more));
  };
  // Sessions go on meanwhile: what starts a daemon goes first.
  await take(await removeOurHooks(dryRun));
  await take(...(await removeRegistrations(dryRun)));
  await take(...(await removePlugins(dryRun)));
  const stopped = await stopDaemon(affected.isRunning, affected.attached, dryRun);
  await take(stopped);
  await take(await attempt('service', () => uninstallService(dryRun)));
  const left: string[] = [];
  if (stopped.done !== 'failed') {
    const keepStopped = affected.attached > 0;
    await take(...(await removeRuntime(paths, { dryRun, keepLog, keepStopped })));
    if (keepStopped) {
      left.push(
        `${tilde(paths.stopped)}, which keeps attached sessions from starting the daemon again: end them, then run this again`,
      );
    }
  }
  await take(await removeCompletions(dryRun), await removeBackups(dryRun));
  if (!purge) await take(keptMail(root, affected.waiting));
  else if (stopped.done !== 'failed') await take(...(await removeMail(root, dryRun, left)));
  const isThere = (step: Step): boolean => step.done === 'kept' && step.what === 'bridge root';
  if (!dryRun) left.push(...leftWithClient());
  left.push(...leftCompletions());
  if (steps.some(isThere))
    left.push(`mail, keys and rules in ${tilde(root)}: cc2cc uninstall --purge`);
  return report({ root, dryRun, steps, left }, json);
}

async function report(
  done: { root: string; dryRun: boolean; steps: Step[]; left: string[] },
  json: boolean,
): Promise<number> {
  const { dryRun, steps, left } = done;
  const failed = steps.filter((step) => step.done === 'failed').map(({ what }) => what);
  const ok = failed.length === 0;
  const next = [
    ...(ok
      ? []
      : [`Not done: ${failed.join(', ')}, see above. When that is mended, run this again.`]),
    ...(dryRun
      ? ['Nothing was changed: this is what cc2cc uninstall would do.']
      : [`The program itself goes with: ${removeProgramLine()}`]),
  ];
  if (json) await printJson({ ...done, ok, next });
  else {
    if (left.length > 0) await print('', 'Left:', ...left.map((line) => `  ${oneLine(line)}`));
    await print('', ...next);
  }
  return ok ? ExitCode.ok : ExitCode.failed;
}
