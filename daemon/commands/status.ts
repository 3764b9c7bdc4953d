import { homedir } from 'node:os';
import { callDaemon, type AgentStatus, type StatusReport } from '../../protocol/control.js';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';

/** `cc2cc-daemon status`: what goes on; starts nothing. */
export async function status({ json }: { json: boolean }): Promise<number> {
  const root = bridgeRoot();
  let report: StatusReport;
  try {
    report = await callDaemon(hostPaths(root), 'status', {});
  } catch (error) {
    if (!(error instanceof Cc2ccError) || error.code !== 'E_NO_DAEMON') throw error;
    if (json) console.log(JSON.stringify({ running: false, root, reason: error.message }, null, 2));
    else
      console.log(
        `cc2cc-daemon is not running (root ${tilde(root)}). Start it: cc2cc-daemon start`,
      );
    return ExitCode.notRunning;
  }
  if (json) console.log(JSON.stringify(report, null, 2));
  else console.log(fit(render(report)));
  return report.health.ok ? ExitCode.ok : ExitCode.failed;
}

/** To the width of a terminal; a pipe gets whole lines. */
function fit(text: string): string {
  const width = process.stdout.columns as number | undefined;
  if (width === undefined) return text;
  const cut = (line: string): string =>
    line.length > width ? `${line.slice(0, width - 1)}…` : line;
  return text.split('\n').map(cut).join('\n');
}

function render(report: StatusReport): string {
  const { version, protocol, pid, uptimeSeconds, root, socket, log, watcher, agents, health } =
    report;
  const scanned =
    watcher.lastScan === null ? 'no scan yet' : `last scan ${ago(watcher.lastScan)} ago`;
  return [
    `cc2cc-daemon ${version} (protocol ${protocol}) running, pid ${pid}, up ${span(uptimeSeconds)}`,
    `  root      ${tilde(root)}`,
    `  socket    ${tilde(socket)}`,
    `  log       ${tilde(log)}`,
    `  watcher   ${watcher.ok ? 'ok' : 'rescanning only'}, ${scanned}`,
    '',
    ...(agents.length === 0 ? ['  No agent is attached and no mail waits.'] : table(agents)),
    '',
    health.ok ? 'Health: ok' : `Health: ${health.problems.join('; ')}`,
  ].join('\n');
}

function table(agents: readonly AgentStatus[]): string[] {
  const head = ['AGENT', 'STATUS', 'LANE', 'EVIDENCE', 'WAITING', 'SINCE', 'DIRECTORY'];
  const rows = agents.map((agent) => [
    agent.name,
    agent.where === 'elsewhere' ? `${agent.status}@${agent.host ?? '?'}` : agent.status,
    agent.lane === null ? '-' : agent.lane + (agent.confirmed ? ', confirmed' : ''),
    agent.lastEvidence === null
      ? '-'
      : `${agent.lastEvidence.evidence}, ${ago(agent.lastEvidence.at)} ago`,
    String(agent.waiting),
    agent.since === null ? '-' : ago(agent.since),
    agent.directory === null ? '-' : tilde(agent.directory),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows].map((row) =>
    `  ${row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return head[column] === 'WAITING' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')}`.trimEnd(),
  );
}

function ago(time: string): string {
  return span(Math.max(0, (Date.now() - Date.parse(time)) / 1000));
}

/** 42 s, 34m, 2h14m, 3d4h. */
function span(seconds: number): string {
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)}m`;
  const h = Math.floor(s / 3600);
  return h < 48
    ? `${h}h${String(Math.floor(s / 60) % 60).padStart(2, '0')}m`
    : `${Math.floor(h / 24)}d${h % 24}h`;
}

/** For a terminal: the home folder short, and no control characters that a folder name may hold. */
function tilde(raw: string): string {
  const path = raw.replaceAll(/\p{C}/gu, '?');
  const home = homedir();
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
