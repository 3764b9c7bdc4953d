import { ExitCode } from '../../protocol/errors.js';
import { tilde } from '../../protocol/terminal/text.js';
import type { Execution, ExecutionOptions } from '../../service/execute.js';
import type { ServiceState } from '../../service/manager.js';
import type { ServicePlace } from './service-place.js';

export interface Output {
  dryRun: boolean;
  json: boolean;
}

/** Where steps are said: on stdout, unless that has to be JSON. */
export function sayPlan({ json }: Output): ExecutionOptions['say'] {
  return (line) => {
    if (!json) console.log(line);
  };
}

/** What `install` did and how to undo it. */
export async function reportInstalled(
  { manager, spec, state: before }: ServicePlace,
  execution: Execution,
  { dryRun, json }: Output,
  { warnings, pid }: { warnings: readonly string[]; pid: number | null },
): Promise<number> {
  const state = dryRun ? before : await manager.state(spec);
  const changed = execution.steps.some((step) => step.changed);
  const undo = 'cc2cc-daemon uninstall';
  if (json) {
    const { kind, name, path, installed, enabled, lingers } = state;
    const steps = execution.steps;
    const facts = { kind, name, path, installed, enabled, lingers, pid, steps, warnings, undo };
    console.log(JSON.stringify({ dryRun, changed, ...facts }, null, 2));
    return ExitCode.ok;
  }
  for (const line of headline(state, { dryRun, changed, pid })) console.log(line);
  if (!dryRun) {
    for (const line of lifeOf(state)) console.log(line);
    console.log(`To undo it: ${undo}`);
  }
  for (const warning of warnings) console.error(`Note: ${warning}`);
  return ExitCode.ok;
}

function headline(
  { name, path }: ServiceState,
  { dryRun, changed, pid }: { dryRun: boolean; changed: boolean; pid: number | null },
): string[] {
  if (dryRun) {
    return [
      changed
        ? 'Nothing was changed: this is what install would do.'
        : `Nothing to do: ${name} is installed and runs the daemon (pid ${pid ?? '?'}).`,
    ];
  }
  return [
    `${changed ? 'Installed' : 'Nothing to do: installed already'}: ${name} runs the daemon (pid ${pid ?? '?'}).`,
    `  ${tilde(path)}`,
  ];
}

/** When it starts and ends by itself. */
function lifeOf({ kind, lingers }: ServiceState): string[] {
  if (kind !== 'systemd') return ['It starts at your next login by itself.'];
  if (lingers === true)
    return ['It starts with the system, before any login, and stays when you log out.'];
  return [
    'It starts when you log in, and ends some seconds after your last logout.',
    'To have it run without a login as well: cc2cc-daemon install --linger',
  ];
}
