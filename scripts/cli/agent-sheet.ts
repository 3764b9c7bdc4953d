import type { AgentStatus } from '../../protocol/control.js';
import { isRecord } from '../../protocol/json.js';
import { listFolder } from '../../protocol/list-folder.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { paint, type Terminal } from '../../protocol/terminal/terminal.js';
import { oneLine, pad, tilde, wrap } from '../../protocol/terminal/text.js';
import { statusWord } from '../../protocol/terminal/status-view.js';
import { ago, clock } from '../../protocol/terminal/times.js';
import { readCard, type Card } from '../../mail/card.js';
import { mailboxFault } from '../../mail/mailbox-folders.js';
import { formerNames } from './former-names.js';

/** What is known of one agent. */
export interface AgentSheet extends AgentStatus {
  /** Names that it bore before, by their cards. */
  formerNames: string[];
  /** Files in its mailbox. */
  mailbox: { inbox: number; done: number; receipts: number };
  /** Its card as it lies in `agents/`; null where there is none. */
  card: Card | null;
}

export function sheetOf(root: string, agent: AgentStatus): AgentSheet {
  const paths = mailboxPaths(root, agent.name);
  const isUsable = mailboxFault(paths) === undefined;
  const files = (folder: string): string[] => (isUsable ? listFolder(folder) : []);
  const count = (folder: string): number =>
    files(folder).filter((file) => file.endsWith('.json') && !file.startsWith('.')).length;
  return {
    ...agent,
    formerNames: formerNames(root, agent.name),
    mailbox: {
      inbox: count(paths.inbox),
      done: count(paths.done),
      receipts: count(paths.receipts),
    },
    card: readCard(root, agent.name) ?? null,
  };
}

/** The sheet for people, as lines. */
export function renderCard(sheet: AgentSheet, terminal: Terminal): string[] {
  const { card, mailbox, formerNames, lane, lastEvidence, since, directory } = sheet;
  const facts: [string, string | undefined][] = [
    ['description', textOf(card?.description)],
    ['doing', textOf(sheet.summary ?? card?.summary)],
    ['directory', directory === null ? card?.cwd && tilde(card.cwd) : tilde(directory)],
    ['host', textOf(sheet.host ?? card?.host)],
    ['client', textOf([card?.client?.name, card?.client?.version].filter(Boolean).join(' '))],
    ['version', card?.version === card?.client?.version ? undefined : textOf(card?.version)],
    ['lane', lane === null ? undefined : oneLine(lane) + (sheet.confirmed ? ', confirmed' : '')],
    [
      'evidence',
      lastEvidence ? `${lastEvidence.evidence}, ${ago(lastEvidence.at)} ago` : undefined,
    ],
    ['since', since === null ? undefined : `${clock(Date.parse(since))} (${ago(since)} ago)`],
    ['was called', formerNames.join(', ')],
    ...skillsOf(card).map((skill, at): [string, string] => [at === 0 ? 'skills' : '', skill]),
    ['mail', `${mailbox.inbox} waiting, ${mailbox.done} done, ${mailbox.receipts} receipts`],
  ];
  const shown = facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
  const heads = Math.max(...shown.map(([head]) => head.length));
  const room = terminal.width === undefined ? undefined : terminal.width - heads - 4;
  return [
    `${paint(terminal, 'bold', sheet.name)}  ${statusWord(sheet)}`,
    ...shown.flatMap(([head, text]) =>
      wrap(text, room).map(
        (line, at) => `  ${paint(terminal, 'dim', pad(at === 0 ? head : '', heads))}  ${line}`,
      ),
    ),
  ];
}

/** `Review: reads a change and says what is wrong [code, quality]`, one for each skill. */
function skillsOf(card: Card | null): string[] {
  const skills: unknown = card?.skills;
  if (!Array.isArray(skills)) return [];
  return skills.filter(isRecord).flatMap(({ id, name, description, tags }) => {
    const title = textOf(name) ?? textOf(id);
    if (title === undefined) return [];
    const words = Array.isArray(tags) ? tags.flatMap((tag) => textOf(tag) ?? []) : [];
    const about = textOf(description);
    return (
      title +
      (about === undefined || about === title ? '' : `: ${about}`) +
      (words.length === 0 ? '' : ` [${words.join(', ')}]`)
    );
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? oneLine(value) : undefined;
}
