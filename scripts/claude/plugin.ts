import { isRecord } from '../../protocol/json.js';
import { claudePlaces } from './places.js';
import { readClientFile } from './read-file.js';
import { parseSettings } from './settings-text.js';

/** Our Claude Code plugin, as the user's settings have it. */
export interface InstalledPlugin {
  /** `cc2cc@MARKETPLACE`, as `claude plugin uninstall` takes it. */
  id: string;
  /** An installed plugin may be switched off; then it gives neither server nor hooks. */
  enabled: boolean;
}

/** Reads the user's settings only. Never throws: what cannot be read has no plugin. */
export function readPlugins(file: string = claudePlaces().settings): InstalledPlugin[] {
  return Object.entries(recordIn(file, 'enabledPlugins'))
    .filter(([id]) => id.startsWith('cc2cc@'))
    .map(([id, value]) => ({ id, enabled: value !== false }));
}

/** Whether the marketplace that has our plugin is known to the client, by our name for it. */
export function hasMarketplace(file: string = claudePlaces().settings): boolean {
  return Object.hasOwn(recordIn(file, 'extraKnownMarketplaces'), 'cc2cc');
}

function recordIn(file: string, key: string): Record<string, unknown> {
  const read = readClientFile(file);
  const parsed = read.kind === 'bytes' ? parseSettings(read.bytes) : undefined;
  const value = parsed?.kind === 'settings' ? parsed.value[key] : undefined;
  return isRecord(value) ? value : {};
}
