import { join } from 'node:path';
import { serviceName } from '../protocol/service-marker.js';
import { systemdArgument, systemdPath, systemdWord } from './escape.js';
import type { Action, ServiceManager, ServiceSpec } from './manager.js';
import { systemdAvailable } from './systemd-available.js';
import { systemdState } from './systemd-state.js';
import { isOurs, renderTemplate } from './template.js';

/** The user's own systemd: `systemctl --user`. */
export const systemd: ServiceManager = {
  kind: 'systemd',
  name: unitName,
  render: (spec) => [unitFile(spec)],
  available: (spec) => systemdAvailable(unitPath(spec)),
  install: (spec) => [
    { do: 'folder', path: spec.state },
    { do: 'folder', path: spec.logFolder },
    { do: 'write', ...unitFile(spec), ours: isOurs },
    systemctl('daemon-reload'),
    systemctl('enable', unitName(spec)),
  ],
  start: (spec) => [
    // One that has failed too often is refused until somebody has said so.
    { ...systemctl('reset-failed', unitName(spec)), harmless: () => true },
    systemctl('start', unitName(spec)),
  ],
  stop: (spec) => [{ ...systemctl('stop', unitName(spec)), harmless: isAbsent }],
  uninstall: (spec) => [
    { ...systemctl('stop', unitName(spec)), harmless: isAbsent },
    { ...systemctl('disable', unitName(spec)), harmless: isAbsent },
    // Where no manager could be asked, and of whatever form it makes them.
    ...[unitPath(spec), `../${unitName(spec)}`].map((to): Action => ({
      do: 'unlink',
      path: wantsLink(spec),
      to,
    })),
    { do: 'remove', path: unitPath(spec), ours: isOurs },
    // What it may still know of a unit without a file does no harm.
    { ...systemctl('daemon-reload'), harmless: () => true },
    { ...systemctl('reset-failed', unitName(spec)), harmless: () => true },
  ],
  enable: (spec) => [systemctl('enable', unitName(spec))],
  disable: (spec) => [{ ...systemctl('disable', unitName(spec)), harmless: isAbsent }],
  linger: ({ user }) => [
    {
      do: 'run',
      argv: ['loginctl', 'enable-linger'],
      explain: () => ({
        message:
          'You may not have it run without a login. So it starts when you log in, and ends some ' +
          'seconds after your last logout.',
        hint: `An administrator can allow it: sudo loginctl enable-linger ${user}`,
      }),
    },
  ],
  state: (spec) => systemdState(unitName(spec), unitFile(spec)),
};

function unitName({ key }: ServiceSpec): string {
  return serviceName('systemd', key);
}

function unitFolder({ environment, home }: ServiceSpec): string {
  return join(environment['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'systemd', 'user');
}

function unitPath(spec: ServiceSpec): string {
  return join(unitFolder(spec), unitName(spec));
}

function wantsLink(spec: ServiceSpec): string {
  return join(unitFolder(spec), 'default.target.wants', unitName(spec));
}

function unitFile(spec: ServiceSpec): { path: string; content: Buffer; mode: number } {
  const { node, daemon, key, root, state, environment } = spec;
  const text = renderTemplate('linux/cc2cc-daemon.service', {
    name: unitName(spec),
    rootNote: key === '' ? '' : ` (${systemdPath(root)})`,
    nodePath: systemdPath(node),
    daemonPath: systemdPath(daemon),
    node: systemdWord(node),
    daemon: systemdArgument(daemon),
    state: systemdPath(state),
    environment: Object.entries(environment)
      .map(([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}`)
      .join('\n'),
  });
  return { path: unitPath(spec), content: Buffer.from(text), mode: 0o600 };
}

type Run = Extract<Action, { do: 'run' }>;

function systemctl(...words: string[]): Run {
  return { do: 'run', argv: ['systemctl', '--user', ...words], explain };
}

/** There is nothing to stop or take away; or nobody who could run it. */
function isAbsent(_code: number, output: string): boolean {
  return /not loaded|not found|does not exist|No such file|Failed to connect to|there is no systemctl/i.test(
    output,
  );
}

function explain(_code: number, output: string): { message: string; hint: string } | undefined {
  const masked = /Unit (?:file )?(\S+?)\.? is masked|unit (\S+) is masked/i.exec(output);
  if (masked !== null) {
    const name = (masked[1] ?? masked[2] ?? '').replace(/\.$/, '');
    return {
      message: `Somebody has forbidden the service: ${name} is masked.`,
      hint: `Allow it: systemctl --user unmask ${name}`,
    };
  }
  if (/Failed to connect to/i.test(output)) {
    return {
      message: 'Your systemd user manager cannot be reached.',
      hint: 'Log in as this user (ssh, machinectl shell), not by su or sudo, and try again.',
    };
  }
  return undefined;
}
