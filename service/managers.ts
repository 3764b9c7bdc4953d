import type { ServiceManager } from './manager.js';

/** Systems as `--system` names them. */
export const SYSTEMS = ['linux', 'macos', 'windows'] as const;
export type System = (typeof SYSTEMS)[number];

/** Each is loaded only where it is asked for. */
const MANAGERS: Partial<Record<System, () => Promise<ServiceManager>>> = {
  linux: async () => (await import('./systemd.js')).systemd,
  macos: async () => (await import('./launchd.js')).launchd,
  windows: async () => (await import('./task-scheduler.js')).windowsTasks,
};

/** The system that this process runs on; undefined where we know no service manager. */
export function systemHere(platform: NodeJS.Platform = process.platform): System | undefined {
  const systems: Partial<Record<NodeJS.Platform, System>> = {
    linux: 'linux',
    darwin: 'macos',
    win32: 'windows',
  };
  return systems[platform];
}

/** The service manager of a system. */
export async function managerOf(system: System | undefined): Promise<ServiceManager | undefined> {
  return system === undefined ? undefined : MANAGERS[system]?.();
}
