import { spawnSync } from 'node:child_process';

export interface Offline {
  /** What a command line must begin with, so that the command sees no network but loopback. */
  prefix: string[];
  /** Whether all that was started ends with the command. */
  contained: boolean;
  /** What is missing, for the one who reads the results. */
  remark?: string;
}

/** The shell stays, as the first process of its pid namespace: it buries the orphans. */
const WITH_LOOPBACK = ['sh', '-c', 'ip link set lo up && "$@"; exit $?', 'sh'];
const NET = ['--net'];
/** With pids of its own as well: whatever a test leaves running ends with the suite. */
const CONTAINED = [...NET, '--pid', '--fork', '--kill-child', '--mount-proc'];
const PROBE_MS = 10_000;

/** The most that this system and user allow, tried out. */
export function goOffline(): Offline {
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  for (const [flags, contained] of [
    [CONTAINED, true],
    [NET, false],
  ] as const) {
    const prefix = ['unshare', ...user, ...flags, ...WITH_LOOPBACK];
    const [command = '', ...args] = [...prefix, 'true'];
    const { status } = spawnSync(command, args, { stdio: 'ignore', timeout: PROBE_MS });
    if (status === 0) return { prefix, contained };
  }
  const remark =
    'No network namespace can be made here (it needs unshare, ip and the permission): ' +
    'the client is only told to stay on loopback.';
  return { prefix: [], contained: false, remark };
}
