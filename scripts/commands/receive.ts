import { Command, Option } from 'commander';
import { ensureMailbox } from '../../mail/deliver.js';
import { isKnown, registryOf } from '../../mail/directory.js';
import { waitingFor } from '../../mail/waiting.js';
import { ExitCode } from '../../protocol/errors.js';
import { isName } from '../../protocol/names.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { oneLine } from '../../protocol/terminal/text.js';
import { agentNamed } from '../cli/agent-name.js';
import { countOf } from '../cli/count.js';
import { follow } from '../cli/follow.js';
import { examples } from '../cli/help.js';
import { messageRecord, renderMessage, type Shown } from '../cli/message-view.js';
import { print, printJsonLine, say } from '../cli/output.js';
import { PostOffice } from '../cli/post-office.js';
import { reserveReading } from '../cli/reading.js';
import { givenName, ownName } from '../cli/self.js';

/** So many messages at a time are shown and then noted as seen. */
const BATCH = 50;

interface Options {
  peek?: boolean;
  follow?: boolean;
  limit?: string;
  json?: boolean;
}

/** The command line of `cc2cc receive`. */
export function command(): Command {
  return new Command('receive')
    .argument(
      '[agent]',
      'whose mail; default: the session that runs this, CC2CC_NAME, or your login',
    )
    .option('--peek', 'only look: what is shown goes on waiting')
    .addOption(
      new Option(
        '-f, --follow',
        'go on showing what comes; agents see that somebody reads',
      ).conflicts('peek'),
    )
    .option('-n, --limit <count>', 'at most so many')
    .option('--json', 'as JSON, one message on a line')
    .addHelpText(
      'after',
      `${examples(
        'cc2cc receive # your mail; it counts as seen then',
        'cc2cc receive brave-fox --peek',
        'cc2cc receive build-bot --follow --json | jq -r .content.text',
      )}\n\nMail of an agent that has a session can only be looked at: its session gets it.`,
    )
    .action(async (name: string | undefined, options: Options) => {
      process.exitCode = await receive(name, options);
    });
}

async function receive(wanted: string | undefined, options: Options): Promise<number> {
  const limit = countOf('--limit', options.limit);
  const office = await PostOffice.open();
  try {
    const name = mailboxOwner(office.root, wanted, options);
    const show = showerFor(options);
    await office.followDaemon();
    if (options.peek !== true) return await take(office, name, options, limit, show);
    const held = new Set<string>();
    const shown = await pass(waitingMail(office, name, false, held), limit, show);
    if (shown.length === 0) say(`No messages wait for ${name}.`);
    sayHeld(held);
    return ExitCode.ok;
  } finally {
    office.close();
  }
}

function mailboxOwner(root: string, wanted: string | undefined, { follow }: Options): string {
  if (wanted === undefined) return ownName(root, undefined);
  const registry = registryOf(root);
  // Nobody has written to us yet, or a script begins under a new name: that is no error.
  const isOwn = wanted === givenName(root, undefined);
  const isNew = follow === true && isName(wanted);
  if (!isKnown(registry, wanted) && (isOwn || isNew)) return wanted;
  return agentNamed(registry, wanted);
}

/** Shows mail and notes that it was seen. */
async function take(
  office: PostOffice,
  name: string,
  options: Options,
  limit: number,
  show: (item: Shown) => Promise<void>,
): Promise<number> {
  await office.seen(name, [], 'command'); // says why not, before anything is shown
  const release = reserveReading(office.root, name);
  try {
    ensureMailbox(mailboxPaths(office.root, name));
    let count = 0;
    const held = new Set<string>();
    const takeAll = async (): Promise<void> => {
      for (;;) {
        const room = Math.min(BATCH, limit - count);
        const ids = await pass(waitingMail(office, name, true, held), room, show);
        await office.seen(name, ids, 'command');
        count += ids.length;
        if (ids.length < BATCH) return;
      }
    };
    if (options.follow === true) return await follow(office, name, takeAll, () => count >= limit);
    await takeAll();
    if (count === 0) say(`No messages wait for ${name}.`);
    sayHeld(held);
    return ExitCode.ok;
  } finally {
    release();
  }
}

/** @param held takes the ids of what waits for a person's word */
function waitingMail(
  { root, gate }: PostOffice,
  name: string,
  reject: boolean,
  held: Set<string>,
): Generator<Shown> {
  return waitingFor(root, name, gate, {
    reject,
    onHeld: ({ id }) => held.add(id),
    onRefused: (file, reason) => {
      say(`"${oneLine(file)}" is ${reject ? 'rejected' : 'refused'}: ${reason}.`);
    },
  });
}

function sayHeld({ size }: ReadonlySet<string>): void {
  if (size === 0) return;
  say(`${size} held, of senders that you have not approved: cc2cc inbox`);
}

/** Shows up to so many, and gives the ids. */
async function pass(
  items: Iterable<Shown>,
  limit: number,
  show: (item: Shown) => Promise<void>,
): Promise<string[]> {
  const ids: string[] = [];
  if (limit <= 0) return ids;
  for (const item of items) {
    await show(item);
    ids.push(item.message.id);
    if (ids.length >= limit) break;
  }
  return ids;
}

function showerFor({ json }: Options): (item: Shown) => Promise<void> {
  if (json) return (item) => printJsonLine(messageRecord(item));
  const terminal = terminalOf();
  return (item) => print(...renderMessage(item, terminal));
}
