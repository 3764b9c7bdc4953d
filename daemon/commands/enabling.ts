import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { Execution } from '../../service/execute.js';
import { sayPlan } from './install-report.js';
import { servicePlace } from './service-place.js';

/**
 * `cc2cc-daemon enable` and `disable`: whether the service starts by itself. What runs goes on.
 *
 * @throws Cc2ccError E_SERVICE when it is not installed, or cannot be had here
 */
export async function setEnabled(wish: boolean): Promise<number> {
  const { manager, spec, state } = await servicePlace('change');
  if (!state.installed) {
    throw new Cc2ccError('E_SERVICE', `No service of this root is installed (${state.path}).`, {
      hint: 'Install it: cc2cc-daemon install',
    });
  }
  if (state.enabled === wish) {
    console.log(`Nothing to do: ${state.name} is ${wish ? 'enabled' : 'disabled'} already.`);
    return ExitCode.ok;
  }
  const plan = wish ? manager.enable(spec) : manager.disable(spec);
  await new Execution({ ...SHOWN, say: sayPlan(SHOWN) }).carryOut(plan);
  console.log(
    wish
      ? `${state.name} starts by itself from your next login on. To start it now: cc2cc-daemon start`
      : `${state.name} starts by itself no more; sessions and cc2cc-daemon start still start it.`,
  );
  return ExitCode.ok;
}

const SHOWN = { dryRun: false, force: false, json: false };
