import { Command } from 'commander';
import { ExitCode } from '../../protocol/errors.js';
import { join } from 'node:path';
import { heldSentence } from '../../mail/letter.js';
import { isOriginals } from '../../mail/original.js';
import { loadConfig } from '../../protocol/config.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { mailboxPaths, rootPaths } from '../../protocol/paths.js';
import { configInForce } from '../config/in-force.js';
import { renderAgents, renderStatus } from '../../protocol/terminal/status-view.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { tilde, wrap } from '../../protocol/terminal/text.js';
import { reportMessage, sentenceOfReport, type MessageReport } from '../../mail/message-report.js';
import { readRules } from '../../mail/rules.js';
import { isMuted } from '../../mail/rulings.js';
import { messageIdOf } from '../cli/ids.js';
import { examples } from '../cli/help.js';
import { knownRoot } from '../cli/known-root.js';
import { isPresent, readDirectory } from '../cli/live.js';
import { print, printJson } from '../cli/output.js';

/** The command line of `cc2cc status`. */
export function command(): Command {
  return new Command('status')
    .option('--message <id>', 'what became of this message, by the files')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        'cc2cc status # the daemon, and who is there',
        'cc2cc status --json',
        'cc2cc status --message msg-01a1fbf4-0f50-7000-a1fc-8b940ccbf429',
      ),
    )
    .action(async ({ message, json = false }: { message?: string; json?: boolean }) => {
      process.exitCode =
        message === undefined ? await status(json) : await messageStatus(message, json);
    });
}

/**
 * `cc2cc status`: what the daemon tells, or the files where none runs. Starts nothing.
 *
 * @returns the exit code: 0 healthy, 1 not healthy, 3 no daemon runs
 */
async function status(json: boolean): Promise<number> {
  const root = knownRoot();
  const { report, reason, agents } = await readDirectory(root);
  const terminal = terminalOf();
  if (report !== undefined) {
    await (json ? printJson(report) : print(...renderStatus(report, terminal)));
    return report.health.ok ? ExitCode.ok : ExitCode.failed;
  }
  const present = agents.filter(isPresent);
  if (json) await printJson({ running: false, root, reason, agents: present });
  else {
    await print(
      ...wrap(
        `cc2cc-daemon is not running (root ${tilde(root)}). Start it: cc2cc-daemon start`,
        terminal.width,
      ),
      '',
      ...(present.length === 0
        ? ['By the files, nobody is there and no mail waits.']
        : ['By the files:', ...renderAgents(present, terminal)]),
    );
  }
  return ExitCode.notRunning;
}

/**
 * `cc2cc status --message <id>`: reads the files, so it works without a daemon too.
 *
 * @returns the exit code: 0, or 1 when there is no such message
 * @throws Cc2ccError E_USAGE for what cannot be an id
 */
async function messageStatus(id: string, json: boolean): Promise<number> {
  const root = knownRoot();
  const report = reportMessage(root, messageIdOf(id));
  const held = await isHeld(root, report);
  const { from, to } = report;
  const sentences = held
    ? [`${report.id} is ${heldSentence(from ?? '', to ?? '')}.`]
    : [sentenceOfReport(report), ...mutedSentence(root, report)];
  await (json
    ? printJson({ ...report, held })
    : print(...wrap(sentences.join(' '), terminalOf().width)));
  return report.state === 'unknown' ? ExitCode.failed : ExitCode.ok;
}

/** Whether a message waits for a person's word, by what the daemon works by, or would. */
async function isHeld(root: string, { id, state, to }: MessageReport): Promise<boolean> {
  if (state !== 'accepted' || to === null || isOriginals(root, to)) return false;
  const { heldAt } = await import('../../mail/held.js');
  const { gateByFiles } = await import('../../mail/gate.js');
  const config = loadConfig(hostPaths(root).config);
  const running = await configInForce();
  const { newSenders } = running?.config ?? config;
  const file = `${id}.json`;
  const path = join(mailboxPaths(root, to).inbox, file);
  return heldAt(path, file, gateByFiles(root, { ...config, newSenders }), to) !== undefined;
}

/** Why a message waits although its reader is there. */
function mutedSentence(root: string, { state, from, to }: MessageReport): string[] {
  if (state !== 'accepted' || from === null || to === null) return [];
  const found = readRules(rootPaths(root).rules);
  const subject = { from, type: 'message', priority: 'normal', isNotice: false } as const;
  const isHeld = found.kind === 'rules' && isMuted(found.rules, subject, to);
  return isHeld ? [`rules.json mutes messages from ${from}: ${to} has to ask for it.`] : [];
}
