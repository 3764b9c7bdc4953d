import { readOwnFile } from '../../protocol/own-file.js';
import type { ServiceState } from '../../service/manager.js';
import { join } from 'node:path';
import type { Scene } from './scene.js';

/** What the system's service manager says of our service. */
export type ServiceHere = { kind: 'state'; state: ServiceState } | { kind: 'none'; why: string };

/** Asks the service manager, if there is one that may be asked. Changes nothing. */
export async function serviceHere(scene: Scene): Promise<ServiceHere> {
  const marker = readOwnFile(join(scene.paths.state, 'service.json'), 4096);
  if (marker.kind === 'missing') return { kind: 'none', why: 'none is installed for this root' };
  return { kind: 'none', why: 'this version cannot ask the service manager' };
}
