import { Command, Option } from 'commander';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { examples } from '../cli/help.js';
import { print, printJson } from '../cli/output.js';
import { examine, mendAll, type Mended } from '../doctor/examine.js';
import { renderMended, renderResults } from '../doctor/view.js';
import { work, type Order } from '../doctor/worker.js';

interface Options {
  fix?: boolean;
  json?: boolean;
  worker?: string;
}

/** The command line of `cc2cc doctor`. */
export function command(): Command {
  return new Command('doctor')
    .option('--fix', 'mend what is safe to mend, then look again')
    .option('--json', 'as JSON')
    .addOption(new Option('--worker <order>', 'the process in which checks run').hideHelp())
    .addHelpText(
      'after',
      `
Looks at Node, the installation, the bridge root, the daemon, Claude Code and
the mail: one line each, with the command that mends it. It changes nothing and
starts no daemon. --fix sets modes, makes missing folders and a missing key, and
clears away locks, addresses and sockets of daemons that have ended; it never
touches mail, Claude Code's files or a process.

${examples('cc2cc doctor', 'cc2cc doctor --fix', 'cc2cc doctor --json | jq \'.checks[] | select(.state == "fail")\'')}`,
    )
    .action(async (options: Options) => {
      if (options.worker !== undefined) await work(orderOf(options.worker));
      else process.exitCode = await doctor(options);
    });
}

const MAX_ROUNDS = 3;

/** @returns the exit code: 0, also with warnings; 1 where a check failed */
async function doctor({ fix = false, json = false }: Options): Promise<number> {
  let checks = await examine();
  const fixed: Mended[] = [];
  // What is made first, such as the root, lets later checks find more.
  for (let round = 1; fix && round <= MAX_ROUNDS; round += 1) {
    const mended = await mendAll(checks);
    fixed.push(...mended);
    if (mended.every(({ done }) => done.length === 0)) break;
    checks = await examine();
  }
  const ok = checks.every(({ state }) => state !== 'fail');
  if (json) await printJson({ ok, checks, ...(fix ? { fixed } : {}) });
  else {
    const terminal = terminalOf();
    if (fix) await print(...renderMended(fixed, terminal));
    await print(...renderResults(checks, terminal));
  }
  return ok ? ExitCode.ok : ExitCode.failed;
}

/** Ours, but anybody may type the option. */
function orderOf(text: string): Order {
  try {
    const order = JSON.parse(text) as Partial<Order> | null;
    const isOrder = (order?.do === 'look' || order?.do === 'mend') && Array.isArray(order.ids);
    if (isOrder) return { do: order.do, ids: order.ids } as Order;
  } catch {
    // as for any other text
  }
  throw new Cc2ccError('E_USAGE', '--worker is for cc2cc doctor itself.');
}
