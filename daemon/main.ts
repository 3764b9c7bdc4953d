#!/usr/bin/env node
import { Command, Option } from 'commander';
import { runProgram } from '../protocol/program.js';
import { flagsOf, PLACE_KEYS } from '../protocol/settings/all.js';
import { addSettingFlags } from '../protocol/settings/flag-options.js';
import { version } from '../protocol/version.js';

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

takesSettings(
  command(
    'run',
    'run in the foreground (for service managers)',
    async (options: { launched?: true }) => {
      const { run } = await import('./commands/run.js');
      const code = await run({ launched: options.launched === true });
      // Watchers and sockets of ours are closed; nothing else may keep the process.
      process.exit(code);
    },
  ),
).addOption(new Option('--launched', 'started on demand: report readiness on fd 3').hideHelp());

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

await runProgram(program);
