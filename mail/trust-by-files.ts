import { rootPaths } from '../protocol/paths.js';
import { stampOf } from './stamp-of.js';
import type { TrustInForce } from './standing.js';
import { readTrust, trustOf } from './trust.js';

/**
 * The lists of trust.json for who does not watch it: read when it is asked for first, and again when the
 * file is another one. Of a file that is spoilt later the last good one stays.
 */
export function trustByFiles(root: string): () => TrustInForce {
  const path = rootPaths(root).trust;
  let stamp: string | undefined;
  let inForce: TrustInForce = 'none';
  return () => {
    const now = stampOf(path);
    if (now !== undefined && now === stamp) return inForce;
    stamp = now;
    const file = readTrust(path);
    if (file.kind === 'read') inForce = trustOf(file.value);
    else if (file.kind === 'missing') inForce = 'none';
    else if (inForce === 'none') inForce = 'broken';
    return inForce;
  };
}
