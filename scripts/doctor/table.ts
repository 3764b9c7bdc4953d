import type { Check } from './check.js';
import { CLAUDE_CHECKS } from './checks/claude.js';
import { CLOCK_CHECK } from './checks/clock.js';
import { DAEMON_CHECKS } from './checks/daemon.js';
import { DAEMON_PROGRAM_CHECKS } from './checks/daemon-program.js';
import { DISK_CHECK } from './checks/disk.js';
import { HOST_CHECKS } from './checks/hosts.js';
import { INSTALLATION_CHECK } from './checks/installation.js';
import { KEY_CHECK } from './checks/key.js';
import { LANES_CHECK } from './checks/lanes.js';
import { LOG_CHECK } from './checks/log.js';
import { MAIL_CHECKS } from './checks/mail.js';
import { MODE_CHECKS } from './checks/modes.js';
import { NODE_CHECKS } from './checks/node.js';
import { ORPHAN_CHECKS } from './checks/orphans.js';
import { ROOT_CHECKS } from './checks/root.js';
import { SERVICE_CHECK } from './checks/service.js';
import { SETTINGS_CHECKS } from './checks/settings.js';
import { STATE_CHECKS } from './checks/state.js';
import { WATCHER_CHECKS } from './checks/watcher.js';

/** All checks in the order of the output; docs/doctor.md has the same table. */
export const CHECKS: readonly Check[] = [
  ...NODE_CHECKS,
  INSTALLATION_CHECK,
  ...SETTINGS_CHECKS,
  ...ROOT_CHECKS,
  ...MODE_CHECKS,
  KEY_CHECK,
  ...STATE_CHECKS,
  DISK_CHECK,
  LOG_CHECK,
  CLOCK_CHECK,
  ...DAEMON_CHECKS,
  ...DAEMON_PROGRAM_CHECKS,
  ...WATCHER_CHECKS,
  SERVICE_CHECK,
  ...CLAUDE_CHECKS,
  LANES_CHECK,
  ...ORPHAN_CHECKS,
  ...MAIL_CHECKS,
  ...HOST_CHECKS,
];
