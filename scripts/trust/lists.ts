import { registryOf } from '../../mail/directory.js';
import { namedAgent } from '../../mail/recipient.js';
import { whom } from '../../mail/standing.js';
import { EVERYBODY, readTrust, type TrustDocument } from '../../mail/trust.js';
import { editTrust, listsOf } from '../../mail/trust-edit.js';
import { loadConfig } from '../../protocol/config.js';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { isName, NAME_RULE } from '../../protocol/names.js';
import { bridgeRoot, rootPaths } from '../../protocol/paths.js';
import { ensurePrivateFolder } from '../../protocol/private-folder.js';
import { renderTable } from '../../protocol/terminal/table.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { inCommandWords } from '../cli/agent-name.js';
import { knownRoot } from '../cli/known-root.js';
import { print, printJson, say } from '../cli/output.js';
import { configInForce } from '../config/in-force.js';
import { assertPerson } from './person.js';

export interface ListOptions {
  for?: string;
  remove?: boolean;
  json?: boolean;
}

export type ListName = 'allow' | 'block';

/** `cc2cc trust` and `cc2cc block` with a sender: puts it on a list, or takes it from there. */
export async function editList(
  list: ListName,
  sender: string,
  { for: wanted, remove = false, json }: ListOptions,
): Promise<number> {
  assertPerson(`cc2cc ${list === 'allow' ? 'trust' : 'block'}`);
  if (!isName(sender)) {
    throw new Cc2ccError('E_NAME', `"${sender.slice(0, 64)}" is not an agent name (${NAME_RULE}).`);
  }
  knownRoot();
  ensurePrivateFolder(bridgeRoot()); // lists may come before anything else
  const root = knownRoot(); // again: links can be resolved now that it exists
  const recipient = wanted === undefined ? EVERYBODY : recipientOf(root, wanted);
  let wasThere = false;
  const other = list === 'allow' ? 'block' : 'allow';
  const document = await editTrust(root, hostPaths(root).locks, (draft) => {
    const lists = listsOf(draft, recipient);
    wasThere = lists[list].includes(sender);
    lists[list] = without(lists[list], sender);
    if (remove) return;
    lists[list].push(sender);
    lists[other] = without(lists[other], sender); // the last word counts
  });
  if (json === true)
    await printJson({ sender, recipient, list, listed: !remove, changed: wasThere === remove });
  else await print(sentenceOf(list, sender, recipient, remove, wasThere));
  if (!remove) await sayWhatElse(document, list, sender, recipient, root);
  return ExitCode.ok;
}

function sentenceOf(
  list: ListName,
  sender: string,
  recipient: string,
  remove: boolean,
  wasThere: boolean,
): string {
  const of = `${whom(recipient)}`;
  if (remove) {
    const what = list === 'allow' ? 'on the list of' : 'blocked for';
    return wasThere ? `${sender} is no longer ${what} ${of}.` : `${sender} was not ${what} ${of}.`;
  }
  return list === 'allow' ? `${sender} may write to ${of}.` : `${sender} is blocked for ${of}.`;
}

/** What stands in the way of the effect. */
async function sayWhatElse(
  { agents }: TrustDocument,
  list: ListName,
  sender: string,
  recipient: string,
  root: string,
): Promise<void> {
  const other = list === 'allow' ? 'block' : 'allow';
  for (const [name, lists] of Object.entries(agents)) {
    const comesFirst = recipient === EVERYBODY && name !== EVERYBODY;
    if (!comesFirst || !lists[other].includes(sender)) continue;
    say(
      `For ${name} it stays ${other === 'block' ? 'blocked' : 'allowed'}: that entry comes first.`,
    );
  }
  if (list === 'allow' && (await newSendersIn(root)) === 'accept') {
    say('New senders are let through anyway (to change that: cc2cc config set newSenders hold).');
  }
}

/** `cc2cc trust` and `cc2cc block` without a sender: all lists, or those that count for one agent. */
export async function showLists({ for: wanted, remove, json }: ListOptions): Promise<number> {
  if (remove === true) {
    throw new Cc2ccError('E_USAGE', '--remove needs a sender.', {
      hint: 'The lists are shown by cc2cc trust alone.',
    });
  }
  const root = knownRoot();
  const only = wanted === undefined ? undefined : recipientOf(root, wanted);
  const path = rootPaths(root).trust;
  const newSenders = await newSendersIn(root);
  const file = readTrust(path);
  const agents = Object.fromEntries(
    Object.entries(file.kind === 'read' ? file.value.agents : {}).filter(
      ([name]) => only === undefined || name === only || name === EVERYBODY,
    ),
  );
  const problem = file.kind === 'bad' ? file.problem : null;
  if (json === true) {
    await printJson({ path, newSenders, agents, problem });
    return problem === null ? ExitCode.ok : ExitCode.failed;
  }
  if (problem !== null) {
    throw new Cc2ccError('E_USAGE', `${path}: ${problem}.`, {
      hint: 'Until it is mended the lists before stay, or all new messages are held.',
    });
  }
  const rows = Object.entries(agents).map(([name, { allow, block, messages }]) => [
    name === EVERYBODY ? '(all)' : name,
    allow.join(', ') || '-',
    block.join(', ') || '-',
    String(messages.length),
  ]);
  const columns = [
    { head: 'FOR' },
    { head: 'ALLOWED', least: 12 },
    { head: 'BLOCKED', least: 12 },
    { head: 'MESSAGES', rank: 1, align: 'right' as const },
  ];
  if (rows.length > 0) await print(...renderTable(columns, rows, terminalOf()));
  else say(`Nobody is listed in ${path}${only === undefined ? '' : ` for ${only}`}.`);
  say(
    `New senders: ${newSenders} (to change that: cc2cc config set newSenders ${others(newSenders)}).`,
  );
  return ExitCode.ok;
}

/** What else may be said of new senders. */
function others(newSenders: string): string {
  return ['accept', 'hold', 'refuse'].filter((one) => one !== newSenders).join('|');
}

/** By the daemon that runs, else by what would apply to one that starts now. */
export async function newSendersIn(root: string): Promise<string> {
  const running = await configInForce();
  return (running?.config ?? loadConfig(hostPaths(root).config)).newSenders;
}

/** Also one that was never here: lists may be made before agents. */
function recipientOf(root: string, wanted: string): string {
  try {
    return namedAgent(registryOf(root), wanted);
  } catch (error) {
    throw inCommandWords(error);
  }
}

function without(names: readonly string[], name: string): string[] {
  return names.filter((one) => one !== name);
}
