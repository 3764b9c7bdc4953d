import { dirname } from 'node:path';
import { xmlText } from './escape.js';
import type { ServiceSpec } from './manager.js';
import { renderTemplate } from './template.js';

/**
 * The property list of a LaunchAgent; its form is that of launchd.plist(5).
 *
 * @throws Cc2ccError E_PATH for a path with control characters, which XML cannot hold
 */
export function renderPlist(label: string, spec: ServiceSpec): Buffer {
  // launchd's own PATH has only the system's folders.
  const environment = { PATH: pathOf(spec.node), ...spec.environment };
  const text = renderTemplate('macos/cc2cc.daemon.plist', {
    label: xmlText(label),
    node: xmlText(spec.node),
    daemon: xmlText(spec.daemon),
    home: xmlText(spec.home),
    errorLog: xmlText(spec.errorLog),
    environment: Object.entries(environment).map(keyAndString).join('\n    '),
  });
  return Buffer.from(text);
}

function keyAndString([key, value]: [string, string]): string {
  return `<key>${xmlText(key)}</key><string>${xmlText(value)}</string>`;
}

function pathOf(node: string): string {
  const system = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];
  return [...new Set([dirname(node), ...system])].join(':');
}
