import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { daemonCommand, type DaemonAnswer } from './daemon-process.js';
import type { StepResult } from './step.js';

/** Whether there can be a service here. */
export type ServiceOutlook =
  { kind: 'possible' } | { kind: 'installed' } | { kind: 'impossible'; why: string };

/** Asks without changing anything: what would be done is what a dry run says. */
export async function serviceOutlook(): Promise<ServiceOutlook> {
  const answer = await daemonCommand(['install', '--dry-run', '--json']);
  if (answer.json === undefined) return { kind: 'impossible', why: reasonOf(answer) };
  return { kind: answer.json['changed'] === false ? 'installed' : 'possible' };
}

/** @throws Cc2ccError E_START with what the service manager says */
export async function installService(): Promise<StepResult> {
  const answer = await daemonCommand(['install', '--json']);
  if (answer.json === undefined) throw new Cc2ccError('E_START', reasonOf(answer));
  return resultOf(answer.json, answer.json['changed'] === false ? 'kept' : 'installed');
}

/** @throws Cc2ccError E_START where there is a service and it could not be removed */
export async function uninstallService(dryRun: boolean): Promise<StepResult> {
  const answer = await daemonCommand(['uninstall', '--json', ...(dryRun ? ['--dry-run'] : [])]);
  if (answer.json !== undefined) {
    return resultOf(answer.json, answer.json['changed'] === false ? 'absent' : 'removed');
  }
  // Where there is no service manager none was installed either.
  if (!existsSync(join(hostPaths(bridgeRoot()).state, 'service.json'))) return { done: 'absent' };
  throw new Cc2ccError('E_START', reasonOf(answer));
}

function resultOf(json: Record<string, unknown>, done: StepResult['done']): StepResult {
  const { name, path, warnings } = json;
  const told: unknown[] = Array.isArray(warnings) && done !== 'absent' ? warnings : [];
  const notes = [done === 'absent' ? undefined : name, ...told];
  const note = notes.filter((word) => typeof word === 'string').join('; ');
  return {
    done,
    ...(typeof path === 'string' && done !== 'absent' ? { path } : {}),
    note: note === '' ? undefined : note,
  };
}

function reasonOf({ said, code }: DaemonAnswer): string {
  if (code === ExitCode.usage && said.includes('unknown command')) {
    return 'This version cannot install a service.';
  }
  return said.split('\n').join(' ');
}
