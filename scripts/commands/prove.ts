import { Command } from 'commander';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ExitCode } from '../../protocol/errors.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { ensurePrivateFolder } from '../../protocol/private-folder.js';
import { version } from '../../protocol/version.js';
import { examples } from '../cli/help.js';
import { CC2CC, DAEMON, SHIM } from '../installed.js';
import { proveDelivery } from '../proof.js';
import { quote } from '../quote.js';

const run = promisify(execFile);

/** The command line of `cc2cc prove`. */
export function command(): Command {
  return new Command('prove')
    .addHelpText('after', examples('cc2cc prove # and how to go on from there'))
    .action(async () => {
      process.exitCode = await prove();
    });
}

/**
 * `cc2cc prove`, also behind `npm start`: prepares the bridge root, starts the daemon, and shows with
 * real processes that messages arrive.
 */
export async function prove(): Promise<number> {
  console.log(`cc2cc ${version()}\n`);
  ensurePrivateFolder(bridgeRoot());
  console.log(`  ok  bridge root ${bridgeRoot()}, yours alone`);
  // As its own process: what `start` reports is what a user would see.
  const { stdout } = await run(process.execPath, [DAEMON, 'start']).catch(explain);
  console.log(`  ok  ${stdout.trim()}`);

  console.log('\nProof, with two throw-away agents in a root of their own:');
  await proveDelivery(DAEMON, SHIM, (step) => {
    console.log(`  ok  ${step}`);
  });
  console.log(`\nIt works. To set it up for Claude Code, once:

  ${quote(process.execPath)} ${quote(CC2CC)} init

To see what goes on:

  ${quote(process.execPath)} ${quote(DAEMON)} status`);
  return ExitCode.ok;
}

/** The command has said on stderr what is wrong; "Command failed: …" would only hide it. */
function explain(error: unknown): never {
  const stderr = (error as { stderr?: unknown }).stderr;
  throw typeof stderr === 'string' && stderr !== '' ? new Error(stderr.trim()) : error;
}
