#!/usr/bin/env node
import { Command, Option } from 'commander';
import { refuseDebugger } from '../protocol/no-debugger.js';
import { runProgram } from '../protocol/program.js';
import { flagsOf, PLACE_KEYS } from '../protocol/settings/all.js';
import { addSettingFlags } from '../protocol/settings/flag-options.js';
import { guardOutput } from '../protocol/terminal/guard-output.js';
import { version } from '../protocol/version.js';

refuseDebugger();
const program = new Command('cc2cc-daemon')
  .description('The post office between Claude Code sessions: one daemon per user and bridge root.')
  .version(version())
  .exitOverride()
  .addHelpText(
    'after',
    `
Exit codes: 0 ok or healthy, 1 failed or unhealthy, 2 wrong usage, 3 not running.

Examples:
  $ cc2cc-daemon start
  $ cc2cc-daemon status --json
  $ cc2cc-daemon logs --follow`,
  );

/** Each command is loaded only when it is asked for: `status` needs none of the daemon. */
function command<Options extends object>(
  name: string,
  description: string,
  action: (options: Options) => Promise<number>,
): Command {
  return program
    .command(name)
    .description(description)
    .action(async (options: Options) => {
      if (name !== 'run') guardOutput(program.name()); // a daemon goes on
      process.exitCode = await action(options);
    });
}

addSettingFlags(program, PLACE_KEYS);

/** The settings of a daemon that begins to run. */
const takesSettings = (starting: Command): Command =>
  addSettingFlags(
    starting,
    flagsOf('daemon').filter((key) => !PLACE_KEYS.includes(key)),
  );

let isRun = false;
takesSettings(
  command(
    'run',
    'run in the foreground',
    async (options: { launched?: true; service?: true; check?: true }) => {
      isRun = true;
      const { launched = false, check = false, service = false } = options;
      return service
        ? (await import('./commands/run-service.js')).runService()
        : (await import('./commands/run.js')).run({ launched, check });
    },
  ),
)
  .option(
    '--service',
    'as a service manager runs it: takes over, and stays stopped when it is stopped',
  )
  .addOption(new Option('--launched', 'started on demand: report readiness on fd 3').hideHelp())
  .addOption(new Option('--check', 'end before serving; whether it could').hideHelp());

takesSettings(
  command('start', 'start in the background, unless it runs', async () =>
    (await import('./commands/start.js')).start(),
  ),
);
command('stop', 'stop it; sessions then wait until it is started again', async () =>
  (await import('./commands/stop.js')).stop(),
);
takesSettings(
  command('restart', 'replace the running one; sessions move over by themselves', async () =>
    (await import('./commands/stop.js')).restart(),
  ),
);
command('status', 'show what goes on; starts nothing', async (options: { json?: true }) =>
  (await import('./commands/status.js')).status({ json: options.json === true }),
).option('--json', 'as JSON');
command('logs', 'show the log', async (options: { lines: string; follow?: true }) =>
  (await import('./commands/logs.js')).logs({
    lines: options.lines,
    follow: options.follow === true,
  }),
)
  .option('-n, --lines <count>', 'last lines to show', '50')
  .option('-f, --follow', 'go on showing what comes');

interface Installing {
  dryRun?: true;
  print?: true;
  system?: string;
  linger?: true;
  force?: true;
  json?: true;
}
takesSettings(
  command(
    'install',
    'have the system run it: from each login on, and now',
    async (options: Installing) => {
      const { dryRun, print, system, linger, force, json } = options;
      if (print === true || system !== undefined) {
        return (await import('./commands/print-service.js')).printService(system);
      }
      return (await import('./commands/install.js')).install({
        dryRun: dryRun === true,
        linger: linger === true,
        force: force === true,
        json: json === true,
      });
    },
  ),
)
  .option('--dry-run', 'show the files and commands, change nothing')
  .option('--print', 'print the file of the service, of --system')
  .option('--system <name>', 'linux, macos or windows, with --print')
  .option('--linger', 'let it run without a login, from the start of the system on (systemd)')
  .option('--force', 'replace a file that cc2cc did not write')
  .option('--json', 'as JSON');
command(
  'uninstall',
  'take the service away; mail stays',
  async ({ dryRun, force, json }: Installing) =>
    (await import('./commands/uninstall.js')).uninstall({
      dryRun: dryRun === true,
      force: force === true,
      json: json === true,
    }),
)
  .option('--dry-run', 'show the files and commands, change nothing')
  .option('--force', 'remove a file that cc2cc did not write')
  .option('--json', 'as JSON');
command('enable', 'let the installed service start by itself', async () =>
  (await import('./commands/enabling.js')).setEnabled(true),
);
command('disable', 'keep the installed service from starting by itself', async () =>
  (await import('./commands/enabling.js')).setEnabled(false),
);

await runProgram(program);
// What a daemon has opened is closed, or it could not start; nothing else may keep the process.
if (isRun) process.stderr.write('', () => process.exit());
