import { Cc2ccError } from '../../protocol/errors.js';
import { hostPaths, type HostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { readServiceMarker, type ServiceMarker } from '../../protocol/service-marker.js';
import type { ServiceManager, ServiceSpec, ServiceState } from '../../service/manager.js';
import { managerOf, systemHere } from '../../service/managers.js';
import { makeSpec } from '../../service/spec.js';

/** Everything that the commands about the service work with. */
export interface ServicePlace {
  root: string;
  paths: HostPaths;
  manager: ServiceManager;
  spec: ServiceSpec;
  /** What the person should know of the spec. */
  warnings: string[];
  state: ServiceState;
  marker: ServiceMarker | undefined;
}

/**
 * Finds the service manager of this system and asks it for the service.
 *
 * @param purpose `install`: cc2cc must lie where it will be tomorrow. `remove`: also where the manager
 *   is not to be had any more; its files are.
 * @throws Cc2ccError E_SERVICE that says why there is no service here; as makeSpec
 */
export async function servicePlace(
  purpose: 'install' | 'change' | 'remove',
): Promise<ServicePlace> {
  const { spec, warnings } = makeSpec({ lasting: purpose === 'install' });
  const manager = await managerOf(systemHere());
  if (manager === undefined) {
    throw unavailable(`cc2cc knows no service manager for ${process.platform}.`);
  }
  const availability = await manager.available(spec);
  if (!availability.ok && purpose !== 'remove') {
    throw unavailable(availability.why, availability.hint);
  }
  const root = bridgeRoot();
  const paths = hostPaths(root);
  const state = await manager.state(spec);
  const marker = readServiceMarker(root, paths);
  if (availability.ok) warnings.push(...availability.notes);
  return { root, paths, manager, spec, warnings, state, marker };
}

/** The same as it is now, after others may have changed it. */
export async function placeNow(place: ServicePlace): Promise<ServicePlace> {
  const { root, paths, manager, spec } = place;
  return {
    ...place,
    state: await manager.state(spec),
    marker: readServiceMarker(root, paths),
  };
}

function unavailable(why: string, hint?: string): Cc2ccError {
  const anyway = 'Without a service sessions start the daemon when they need it, as before.';
  return new Cc2ccError('E_SERVICE', `No service here. ${why}`, {
    hint: hint === undefined ? anyway : `${hint.replace(/(?<![.!])$/, '.')} ${anyway}`,
  });
}
