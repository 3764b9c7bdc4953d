import { resolveLocal } from '../../../protocol/settings/local-value.js';
import type { ServiceState } from '../../../service/manager.js';
import { byHand, fail, ok, skip, warn, type Check, type Finding } from '../check.js';
import { INSTALL_SERVICE } from '../commands.js';
import { installedService } from '../../../service/installed-service.js';

/** Whether the system starts the daemon at login. Without it a session does; so it is a wish, no duty. */
export const SERVICE_CHECK: Check = {
  id: 'service',
  title: 'Service',
  look: async ({ root, paths }) => {
    const service = await installedService(root, paths);
    if (service !== undefined) return judgeService(service.state);
    return resolveLocal('noServiceManager').value === true
      ? skip('no service manager may be asked: noServiceManager is set')
      : skip(`not installed; sessions start the daemon (${INSTALL_SERVICE} starts it at login)`);
  },
};

/** Exported for its test. */
export function judgeService(state: ServiceState): Finding {
  const { kind, name, path, installed, current, enabled, active, lingers, problems } = state;
  if (!installed) {
    return problems.length === 0
      ? skip(`not installed; sessions start the daemon (${INSTALL_SERVICE} starts it at login)`)
      : warn('not installed, and something is left of it', {
          details: problems,
          ...byHand('cc2cc-daemon uninstall'),
        });
  }
  const more = { details: [path, ...problems], ...byHand(INSTALL_SERVICE) };
  if (current === false) return warn(`${name} is not what would be written now`, more);
  if (active === false) {
    return fail(`${name} is installed and does not run`, {
      ...more,
      ...byHand(`cc2cc-daemon start`),
    });
  }
  if (enabled === false) {
    return warn(`${name} does not start at login`, { ...more, ...byHand('cc2cc-daemon enable') });
  }
  if (problems.length > 0) return warn(`${name} (${kind}) has problems`, more);
  const end = lingers === false ? ', and ends at logout (cc2cc-daemon install --linger)' : '';
  return ok(`${name} (${kind}), starts at ${lingers === true ? 'boot' : 'login'}${end}`);
}
