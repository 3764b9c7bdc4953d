import type { HostPaths } from '../protocol/host-paths.js';
import type { ServiceMarker } from '../protocol/service-marker.js';
import type { Action } from './manager.js';

/** From then on whoever finds no daemon asks the service manager for one; see protocol/launch.ts. */
export function markInstalled({ service }: HostPaths, { kind, name }: ServiceMarker): Action {
  const content = Buffer.from(`${JSON.stringify({ kind, name })}\n`);
  return { do: 'write', path: service, content, mode: 0o600 };
}

export function unmarkInstalled({ service }: HostPaths): Action {
  return { do: 'remove', path: service };
}
