import { hostId } from '../host-paths.js';
import type { AgentStatus, StatusReport } from '../control.js';
import { isNewer } from '../semver.js';
import { version as ownVersion } from '../version.js';
import { renderTable, type Column } from './table.js';
import { cut, oneLine, tilde } from './text.js';
import type { Terminal } from './terminal.js';
import { ago, span } from './times.js';

/**
 * What `status` shows of a running daemon, as lines.
 *
 * @param service what there is to say of the service, where one is installed
 */
export function renderStatus(report: StatusReport, terminal: Terminal, service?: string): string[] {
  const {
    version,
    protocol,
    pid,
    uptimeSeconds,
    root,
    socket,
    log,
    watcher,
    agents,
    health,
    trust,
  } = report;
  const scanned =
    watcher.lastScan === null ? 'no scan yet' : `last scan ${ago(watcher.lastScan)} ago`;
  return [
    ...fit(terminal, [
      `cc2cc-daemon ${version} (protocol ${protocol}) running, pid ${pid}, up ${span(uptimeSeconds)}`,
      ...otherVersion(version),
      `  root      ${tilde(root)}`,
      `  socket    ${tilde(socket)}`,
      `  log       ${tilde(log)}`,
      `  watcher   ${watcher.ok ? 'ok' : 'rescanning only'}, ${scanned}`,
      ...(service === undefined ? [] : [`  service   ${service}`]),
      ...heldLine(trust?.held ?? 0),
    ]),
    '',
    ...(agents.length === 0
      ? ['  No agent is attached and no mail waits.']
      : renderAgents(agents, terminal)),
    '',
    health.ok ? 'Health: ok' : `Health: ${health.problems.join('; ')}`,
  ];
}

/** What waits for the user. */
function heldLine(count: number): string[] {
  if (count === 0) return [];
  const what = count === 1 ? '1 message waits' : `${count} messages wait`;
  return [`  held      ${what} for your approval: cc2cc inbox`];
}

/** That the daemon is of another version than the program that asks. */
function otherVersion(daemon: string): string[] {
  const own = ownVersion();
  if (isNewer(daemon, own)) return [`  newer than this cc2cc (${own})`];
  if (!isNewer(own, daemon)) return [];
  return [`  older than this cc2cc (${own}); to replace it: cc2cc-daemon restart`];
}

const COLUMNS: readonly Column[] = [
  { head: 'AGENT' },
  { head: 'STATUS' },
  { head: 'LANE', rank: 3 },
  { head: 'EVIDENCE', rank: 1 },
  { head: 'WAITING', align: 'right' },
  { head: 'SINCE', rank: 2 },
  { head: 'DIRECTORY', rank: 4, least: 16, cut: 'start' },
];

/** Agents as a table. */
export function renderAgents(agents: readonly AgentStatus[], terminal: Terminal): string[] {
  const rows = agents.map((agent) => [
    agent.name,
    statusWord(agent),
    agent.lane === null ? '-' : agent.lane + (agent.confirmed ? ', confirmed' : ''),
    agent.lastEvidence === null
      ? '-'
      : `${agent.lastEvidence.evidence}, ${ago(agent.lastEvidence.at)} ago`,
    String(agent.waiting),
    agent.since === null ? '-' : ago(agent.since),
    agent.directory === null ? '-' : tilde(agent.directory),
  ]);
  return renderTable(COLUMNS, rows, terminal, 2);
}

/** `busy`, or `online@host` for who is attached on another host. */
export function statusWord({ where, status, host }: AgentStatus): string {
  const isFar = where === 'elsewhere' && host !== null && host !== hostId();
  return isFar ? `${status}@${oneLine(host)}` : status;
}

function fit({ width }: Terminal, lines: readonly string[]): string[] {
  return width === undefined ? [...lines] : lines.map((line) => cut(line, width));
}
