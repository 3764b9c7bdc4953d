import { endsOf } from './checks/ended.js';
import { checkHistory } from './check.js';
import { readEnding } from './ending.js';
import type { History } from './history.js';
import { makeLedger } from './ledger.js';
import { INVARIANTS, type Invariant } from './violation.js';

/** What happened in a run, what became of its messages, and how often each invariant was broken. */
export function tableOf(
  history: History,
  root: string,
  violations = checkHistory(history, root),
): string {
  const ledger = makeLedger(history, readEnding(root));
  const ends = endsOf(ledger).filter(({ message }) => ledger.bySend.has(message.id));
  const outcome = (what: string): number =>
    ledger.sendings.filter((one) => one.outcome === what).length;
  const shown = history.of('shown');
  const lane = (what: string): number => shown.filter((one) => one.lane === what).length;
  const state = (what: string): number => ends.filter((one) => one.state === what).length;
  const killed = (what: string): number =>
    history.of('killed').filter((one) => one.what === what).length;
  const rows: [string, string][] = [
    [
      'sends',
      `${ledger.sendings.length}: ${counts({ accepted: outcome('accepted'), refused: outcome('refused'), unanswered: outcome('unanswered') + outcome('open') })}`,
    ],
    [
      'messages',
      `${ends.length}: ${counts({ seen: state('seen'), expired: state('expired'), waiting: state('waiting') })}`,
    ],
    [
      'rejected',
      `${ledger.ending.rejections.length} files, ${history.of('planted').length} planted`,
    ],
    [
      'sights',
      `${shown.length}: ${counts({ channel: lane('channel'), socket: lane('socket'), hook: lane('hook'), tool: lane('tool'), command: lane('command') })}; ${shown.filter(({ repeated }) => repeated).length} marked as repeated`,
    ],
    [
      'sessions',
      `${history.of('attached').length} of ${new Set(history.of('attached').map(({ agent }) => agent)).size} agents`,
    ],
    [
      'killed',
      counts({ daemon: killed('daemon'), shim: killed('shim'), command: killed('command') }),
    ],
  ];
  const width = Math.max(...Object.keys(INVARIANTS).map((name) => name.length));
  const judged = Object.entries(INVARIANTS).map(([name, meaning]): [string, string] => {
    const broken = violations.filter(({ invariant }) => invariant === (name as Invariant)).length;
    return [name, `${broken === 0 ? 'held' : `BROKEN ${broken} times`}: ${meaning}`];
  });
  return [...rows, ...judged].map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n');
}

function counts(of: Record<string, number>): string {
  return Object.entries(of)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
