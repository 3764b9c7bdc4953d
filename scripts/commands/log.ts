import { Command, Option } from 'commander';
import { Keyring } from '../../mail/keyring.js';
import { messagePlaces, readPlace, type Place, type Recorded } from '../../mail/history.js';
import { MESSAGE_TYPES, type MessageType } from '../../protocol/envelope.js';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { messageIdOf } from '../cli/ids.js';
import { countOf } from '../cli/count.js';
import { examples } from '../cli/help.js';
import { knownRoot } from '../cli/known-root.js';
import { LogFilter, type Wanted } from '../cli/log-filter.js';
import { recordOf, renderRecorded } from '../cli/log-view.js';
import { print, printJsonLine, say } from '../cli/output.js';
import { parseTime } from '../cli/times.js';

interface Options {
  agent?: string;
  between?: string[];
  thread?: string;
  since?: number;
  until?: number;
  search?: string;
  type?: MessageType;
  limit?: string;
  full?: boolean;
  json?: boolean;
}

/** The command line of `cc2cc log`. */
export function command(): Command {
  return new Command('log')
    .option('--agent <name>', 'from or to this agent, also by the names it had before')
    .option('--between <names...>', 'between these two agents')
    .option('--thread <id>', 'the exchange that this message began')
    .option('--since <time>', 'sent since then: 2h, 2026-11-20, 2026-11-20T14:30', ago('--since'))
    .option('--until <time>', 'sent before then', ago('--until'))
    .option('--search <text>', 'with this in the text; case does not matter')
    .addOption(new Option('--type <type>', 'of this type').choices(MESSAGE_TYPES))
    .option('-n, --limit <count>', 'only the last so many')
    .option('--full', 'the whole texts, not only how they begin')
    .option('--json', 'as JSON, one message a line')
    .addHelpText(
      'after',
      examples(
        'cc2cc log -n 20',
        'cc2cc log --agent brave-fox --since 2h',
        'cc2cc log --between brave-fox calm-owl --full',
        "cc2cc log --search 'port 8080' --json | jq -r .content.text",
      ),
    )
    .action(async (options: Options) => {
      process.exitCode = await log(options);
    });
}

/** All messages in inbox and done of all mailboxes, oldest first; needs no daemon. */
async function log(options: Options): Promise<number> {
  const root = knownRoot();
  const { full = false, json } = options;
  const limit = countOf('--limit', options.limit);
  const filter = new LogFilter(root, wantedBy(options));
  const history = new History(root, filter);
  const places = limit === Infinity ? history.places : history.last(limit);
  const terminal = terminalOf();
  let shown = 0;
  for (const place of places) {
    const recorded = limit === Infinity ? history.find(place) : history.read(place);
    if (recorded === undefined) continue;
    if (json) await printJsonLine(recordOf(recorded));
    else {
      const blank = shown > 0 && terminal.width !== undefined ? [''] : [];
      await print(...blank, ...renderRecorded(recorded, { full, terminal }));
    }
    shown += 1;
  }
  if (shown === 0 && !json) say('There is no such message.');
  const { size } = history.broken;
  if (size > 0) {
    say(`${size} ${size === 1 ? 'file is' : 'files are'} no message; see cc2cc validate FOLDER.`);
  }
  return ExitCode.ok;
}

/** The files of a root and those that are wanted. Holds names, and one message at a time. */
class History {
  readonly places: readonly Place[];
  readonly broken = new Set<Place>();
  readonly #keys: Keyring;
  readonly #filter: LogFilter;

  constructor(root: string, filter: LogFilter) {
    this.places = messagePlaces(root);
    this.#keys = new Keyring(root);
    this.#filter = filter;
  }

  /** The message at a place if it is wanted. */
  find(place: Place): Recorded | undefined {
    if (!this.#filter.mayMatch(place)) return undefined;
    const recorded = this.read(place);
    return recorded !== undefined && this.#filter.matches(recorded) ? recorded : undefined;
  }

  read(place: Place): Recorded | undefined {
    const recorded = readPlace(place, this.#keys);
    if (recorded !== 'broken') return recorded;
    this.broken.add(place);
    return undefined;
  }

  /** Where the last so many lie that are wanted, oldest first; they are read again when shown. */
  last(count: number): Place[] {
    if (this.#filter.inOrder) {
      return this.places.filter((place) => this.find(place) !== undefined).slice(-count);
    }
    const found: Place[] = [];
    for (let at = this.places.length - 1; at >= 0 && found.length < count; at -= 1) {
      const place = this.places[at];
      if (place !== undefined && this.find(place) !== undefined) found.push(place);
    }
    return found.reverse();
  }
}

function wantedBy({ between, thread, ...rest }: Options): Wanted {
  if (thread !== undefined) messageIdOf(thread);
  const [a, b, ...more] = between ?? [];
  if (between === undefined) return { ...rest, thread };
  if (a === undefined || b === undefined || more.length > 0) {
    throw new Cc2ccError('E_USAGE', '--between takes the names of two agents.');
  }
  return { ...rest, thread, between: [a, b] };
}

function ago(option: string): (text: string) => number {
  return (text) => parseTime(text, option);
}
