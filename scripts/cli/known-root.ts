import { assertFormat } from '../../mail/format.js';
import { isAnythingAt } from '../../protocol/anything-at.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { assertPrivateFolder } from '../../protocol/private-folder.js';

/**
 * The bridge root, for commands that read its files.
 *
 * @throws Cc2ccError as {@link bridgeRoot}; E_UNSAFE for one that is not ours alone; E_FORMAT for one whose files this program cannot read
 */
export function knownRoot(): string {
  const root = bridgeRoot();
  if (isAnythingAt(root)) assertPrivateFolder(root);
  assertFormat(root);
  return root;
}
