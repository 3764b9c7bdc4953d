import { userInfo } from 'node:os';
import { isDefaultRoot, type HostPaths } from './host-paths.js';
import { isRecord } from './json.js';
import { readOwnFile } from './own-file.js';

/** The service managers that the daemon can be handed to. */
export const SERVICE_KINDS = ['systemd', 'launchd', 'task-scheduler'] as const;
export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** What service.json says: which manager runs the daemon of a root, and under which name. */
export interface ServiceMarker {
  kind: ServiceKind;
  name: string;
}

const MAX_BYTES = 4096;

/** `''` for the default root; else what tells its service from that one. */
export function serviceKey(root: string, paths: Pick<HostPaths, 'key'>): string {
  return isDefaultRoot(root) ? '' : paths.key;
}

/** Name of a root's service: systemd unit, launchd label, or scheduled task. */
export function serviceName(kind: ServiceKind, key: string, user = loginName()): string {
  const suffix = key === '' ? '' : `-${key}`;
  switch (kind) {
    case 'systemd':
      return `cc2cc-daemon${suffix}.service`;
    case 'launchd':
      return `cc2cc.daemon${suffix}`;
    case 'task-scheduler':
      // All users of a machine share one list of tasks.
      return `cc2cc-daemon-${user.replaceAll(/[^\p{L}\p{N}._-]/gu, '_')}${suffix}`;
  }
}

/**
 * Which service has been installed for a root. A file that says anything but what we would write
 * counts as none: nobody is started by a name that somebody else has put there.
 */
export function readServiceMarker(root: string, paths: HostPaths): ServiceMarker | undefined {
  const file = readOwnFile(paths.service, MAX_BYTES, { privacy: 'tighten' });
  if (file.kind !== 'bytes') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(file.bytes.toString());
  } catch {
    return undefined; // torn or made by somebody else; install writes it anew
  }
  if (!isRecord(value)) return undefined;
  const kind = SERVICE_KINDS.find((one) => one === value['kind']);
  if (kind === undefined) return undefined;
  const name = serviceName(kind, serviceKey(root, paths));
  return value['name'] === name ? { kind, name } : undefined;
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'user'; // an account without an entry, as in some containers
  }
}
