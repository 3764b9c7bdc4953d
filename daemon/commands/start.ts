import { callDaemon } from '../../protocol/control.js';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { forDaemon, launchDaemon } from '../../protocol/launch.js';
import { olderDaemon } from '../../protocol/older-daemon.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { ensurePrivateFolder } from '../../protocol/private-folder.js';
import { replaceOlder } from '../../protocol/replace.js';
import { PLACE_KEYS, settingOf } from '../../protocol/settings/all.js';
import { flaggedVariables } from '../../protocol/settings/resolve.js';
import { installedService, isByService, serviceLine } from '../../service/installed-service.js';

/** Another process may be starting it; ask again so often, so long. */
const RETRY_MS = 50;
const GIVE_UP_MS = 20_000;

/**
 * `cc2cc-daemon start`: starts it in the background unless it runs; one that is older is replaced.
 *
 * @param done what to say when it runs, for a restart, where a session may have been faster
 */
export async function start(done?: 'started' | 'restarted'): Promise<number> {
  ensurePrivateFolder(bridgeRoot());
  const root = bridgeRoot();
  const paths = hostPaths(root);
  const deadline = performance.now() + GIVE_UP_MS;
  const flagged = flaggedVariables();
  const before = done === undefined ? olderDaemon(paths) : undefined;
  const kept = before && (await replaceOlder(root, paths, { flagged, insist: true }));
  if (kept !== undefined) console.error(kept.why);
  let started = before !== undefined && kept === undefined;
  for (;;) {
    try {
      const { pid, socket } = await callDaemon(paths, 'status', {});
      if (!started) warnOfFlags();
      else await warnOfService(pid);
      const replaced = before !== undefined && kept === undefined && before.pid !== pid;
      const begun = replaced
        ? `updated from ${before.version}`
        : started
          ? 'started'
          : 'runs already';
      console.log(`cc2cc-daemon ${done ?? begun}, pid ${pid}, socket ${socket}`);
      return ExitCode.ok;
    } catch (error) {
      const isGone =
        error instanceof Cc2ccError && ['E_NO_DAEMON', 'E_RETIRING'].includes(error.code);
      if (!isGone || performance.now() > deadline) throw error;
    }
    if ((await launchDaemon(root, paths, flagged)) === 'ready') started = true;
    else await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Whoever has a service expects it to run what was started. */
async function warnOfService(pid: number): Promise<void> {
  const service = await installedService();
  if (service === undefined || isByService(service.state, pid)) return;
  console.error(
    forDaemon(flaggedVariables())
      ? `With flags it runs without its service, ${service.state.name}. For good they belong to: cc2cc-daemon install`
      : `The service did not start it, so it runs without. ${serviceLine(service.state, pid)}`,
  );
}

/** A daemon that runs goes on as it is. */
function warnOfFlags(): void {
  const places = PLACE_KEYS.map((key) => settingOf(key).variables[0]);
  if ([...flaggedVariables()].every((variable) => places.includes(variable))) return;
  console.error(
    'The flags have no effect on the daemon that runs. Give them to: cc2cc-daemon restart',
  );
}
