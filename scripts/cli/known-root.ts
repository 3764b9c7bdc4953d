import { assertFormat } from '../../mail/format.js';
import { bridgeRoot } from '../../protocol/paths.js';

/**
 * The bridge root, for commands that read its files.
 *
 * @throws Cc2ccError as {@link bridgeRoot}; E_FORMAT for one whose files this program cannot read
 */
export function knownRoot(): string {
  const root = bridgeRoot();
  assertFormat(root);
  return root;
}
