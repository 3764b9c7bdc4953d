import { Argument, Command } from 'commander';
import type { AgentStatus } from '../../protocol/control.js';
import { ExitCode } from '../../protocol/errors.js';
import { renderAgents } from '../../protocol/terminal/status-view.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { describeByFiles, registryOf } from '../../mail/directory.js';
import { agentNamed } from '../cli/agent-name.js';
import { renderCard, sheetOf } from '../cli/agent-sheet.js';
import { examples } from '../cli/help.js';
import { knownRoot } from '../cli/known-root.js';
import { isPresent, readDirectory } from '../cli/live.js';
import { print, printJson, say } from '../cli/output.js';

interface Options {
  json?: boolean;
  all?: boolean;
}

/** The command line of `cc2cc agents`. */
export function command(): Command {
  return new Command('agents')
    .addArgument(new Argument('[agent]', 'show the card of this one and how much mail it has'))
    .option('--all', 'also who is away and has no mail')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        'cc2cc agents # who is there, or has mail',
        'cc2cc agents brave-fox # its card',
        "cc2cc agents --json | jq -r '.agents[].name'",
      ),
    )
    .action(async (name: string | undefined, options: Options) => {
      process.exitCode = await (name === undefined ? list(options) : show(name, options));
    });
}

/** Who is there. Without a daemon the files tell. */
async function list({ json, all }: Options): Promise<number> {
  const { report, agents } = await readDirectory(knownRoot());
  const shown = all ? agents : agents.filter(isPresent);
  const running = report !== undefined;
  if (json) {
    await printJson({ running, agents: shown });
    return ExitCode.ok;
  }
  if (!running) say('No daemon runs; this is what the files tell.');
  if (shown.length > 0) await print(...renderAgents(shown, terminalOf()));
  const away = agents.length - shown.length;
  if (away > 0) say(`${away} more ${away === 1 ? 'is' : 'are'} away; cc2cc agents --all.`);
  else if (shown.length === 0) say('No agent has been here yet.');
  return ExitCode.ok;
}

/**
 * One agent.
 *
 * @throws Cc2ccError E_NAME, E_UNKNOWN_AGENT
 */
async function show(wanted: string, { json }: Options): Promise<number> {
  const root = knownRoot();
  const { report, agents } = await readDirectory(root);
  const attached = new Map(agents.map((agent) => [agent.name, agent]));
  const registry = { ...registryOf(root), agent: (name: string) => attachedHere(attached, name) };
  const name = agentNamed(registry, wanted);
  const sheet = sheetOf(root, attached.get(name) ?? describeByFiles(root, name));
  if (json) {
    await printJson(sheet);
    return ExitCode.ok;
  }
  if (report === undefined) say('No daemon runs; this is what the files tell.');
  if (name !== wanted) say(`${wanted} is called ${name} now.`);
  await print(...renderCard(sheet, terminalOf()));
  return ExitCode.ok;
}

function attachedHere(agents: ReadonlyMap<string, AgentStatus>, name: string): true | undefined {
  return agents.get(name)?.where === 'here' ? true : undefined;
}
