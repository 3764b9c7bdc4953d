import { callDaemon, type AgentStatus, type StatusReport } from '../../protocol/control.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { hostId, hostPaths } from '../../protocol/host-paths.js';
import { describeByFiles, listedNames, registryOf } from '../../mail/directory.js';

/** Who is here: by the daemon, which knows, and else by the files alone. */
export interface Directory {
  /** Undefined where no daemon runs. */
  report: StatusReport | undefined;
  /** Why there is no report. */
  reason: string;
  /** Everybody who is or was here, by name, without former names. */
  agents: AgentStatus[];
}

/**
 * Asks the daemon, starting none, and adds what the files tell.
 *
 * @throws Cc2ccError when a daemon runs and cannot be asked
 */
export async function readDirectory(root: string): Promise<Directory> {
  const { report, reason } = await askDaemon(root);
  const live = new Map(report?.agents.map((agent) => [agent.name, agent]));
  const names = new Set([...listedNames(registryOf(root)), ...live.keys()]);
  // Without a daemon nobody of this host is attached, whatever the last heartbeats say.
  const agents = [...names]
    .sort()
    .map((name) => live.get(name) ?? describeByFiles(root, name, hostId()));
  return { report, reason, agents };
}

async function askDaemon(
  root: string,
): Promise<{ report: StatusReport | undefined; reason: string }> {
  try {
    return { report: await callDaemon(hostPaths(root), 'status', {}), reason: '' };
  } catch (error) {
    if (!(error instanceof Cc2ccError) || error.code !== 'E_NO_DAEMON') throw error;
    return { report: undefined, reason: error.message };
  }
}

/** Who is away and has no mail is history. */
export function isPresent({ status, waiting }: AgentStatus): boolean {
  return status !== 'offline' || waiting > 0;
}
