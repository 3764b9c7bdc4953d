import { callDaemon, type StatusReport } from '../../protocol/control.js';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { renderStatus } from '../../protocol/terminal/status-view.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { installedService, serviceLine } from '../../service/installed-service.js';
import { tilde } from '../../protocol/terminal/text.js';

/** `cc2cc-daemon status`: what goes on; starts nothing. */
export async function status({ json }: { json: boolean }): Promise<number> {
  const root = bridgeRoot();
  let report: StatusReport;
  try {
    report = await callDaemon(hostPaths(root), 'status', {});
  } catch (error) {
    if (!(error instanceof Cc2ccError) || error.code !== 'E_NO_DAEMON') throw error;
    const service = await installedService();
    if (json) {
      const facts = {
        running: false,
        root,
        reason: error.message,
        service: service?.state ?? null,
      };
      console.log(JSON.stringify(facts, null, 2));
    } else {
      console.log(
        `cc2cc-daemon is not running (root ${tilde(root)}). Start it: cc2cc-daemon start`,
      );
      if (service !== undefined) console.log(`  service   ${serviceLine(service.state, null)}`);
    }
    return ExitCode.notRunning;
  }
  const service = await installedService();
  if (json) console.log(JSON.stringify({ ...report, service: service?.state ?? null }, null, 2));
  else {
    const line = service && serviceLine(service.state, report.pid);
    console.log(renderStatus(report, terminalOf(), line).join('\n'));
  }
  return report.health.ok ? ExitCode.ok : ExitCode.failed;
}
