import { ControlConnection } from '../../protocol/control-connection.js';
import { Cc2ccError, sentenceOf } from '../../protocol/errors.js';
import { INSTALL_LINE } from '../../protocol/install-line.js';
import type { HostPaths } from '../../protocol/host-paths.js';
import { PROTOCOL } from '../../protocol/limits.js';
import { olderDaemon } from '../../protocol/older-daemon.js';
import { version } from '../../protocol/version.js';
import { say } from './output.js';

/**
 * The daemon that runs, after one that is older than this program has been replaced; for commands that
 * write through it. Where an older one has to stay, that is said on stderr.
 *
 * @returns undefined when none runs
 * @throws Cc2ccError E_REFUSED, E_TOKEN, E_PROTOCOL for a daemon that cannot be asked
 */
export async function currentDaemon(
  root: string,
  paths: HostPaths,
): Promise<ControlConnection | undefined> {
  if (olderDaemon(paths) !== undefined) await replace(root, paths);
  const daemon = await ControlConnection.open(paths).catch(orNone);
  if (daemon === undefined || daemon.welcome.protocol === PROTOCOL) return daemon;
  daemon.close();
  throw protocolError(daemon);
}

/** Nobody there is no error; everything else is. */
export function orNone(error: unknown): undefined {
  if (error instanceof Cc2ccError && ['E_NO_DAEMON', 'E_RETIRING'].includes(error.code)) return;
  throw error;
}

async function replace(root: string, paths: HostPaths): Promise<void> {
  const { replaceOlder } = await import('../../protocol/replace.js');
  try {
    const kept = await replaceOlder(root, paths);
    if (kept?.isNews) say(kept.why);
  } catch (error) {
    say(sentenceOf(error)); // none runs now: the files do as well
  }
}

/** Any version can be asked to end and for its status, and for no more than that. */
function protocolError({ welcome }: ControlConnection): Cc2ccError {
  const isOlder = welcome.protocol < PROTOCOL;
  return new Cc2ccError(
    'E_PROTOCOL',
    `The daemon (${welcome.version}) speaks protocol ${welcome.protocol}, this cc2cc (${version()}) ${PROTOCOL}.`,
    {
      hint: isOlder
        ? 'Replace the daemon: cc2cc-daemon restart'
        : `Update this cc2cc, in its newest clone: ${INSTALL_LINE}`,
    },
  );
}
