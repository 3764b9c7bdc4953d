import { formerKeysPath, keyPath } from '../../../mail/key-files.js';
import { messageFiles } from '../../../mail/directory.js';
import { Keyring } from '../../../mail/keyring.js';
import { mailboxNames } from '../../../mail/mailbox-names.js';
import { readOwnFile } from '../../../protocol/own-file.js';
import { BY_DOCTOR, byHand, fail, ok, warn, type Check, type Finding } from '../check.js';
import { INIT } from '../commands.js';
import type { Scene } from '../scene.js';
import { count } from '../words.js';

const MAX_BYTES = 64 * 1024;

/** The secret that messages are signed with. Its mode is looked at with all others. */
export const KEY_CHECK: Check = {
  id: 'key',
  title: 'Key',
  look: async (scene) => {
    const root = scene.existingRoot();
    const path = keyPath(root);
    const file = readOwnFile(path, MAX_BYTES);
    if (file.kind === 'missing') return lookWithoutKey(scene);
    if (file.kind !== 'bytes') {
      return fail(
        `${path}: ${file.reason}`,
        byHand(`ls -ld '${path}' # then move it away: a new key is made`),
      );
    }
    if (file.bytes.toString().trim() === '') {
      return fail(
        `${path} is empty`,
        byHand(`rm '${path}' && ${INIT} # what the old key signed is invalid then`),
      );
    }
    return lookAtFormer(root, path);
  },
  mend: async (scene) => {
    if ((await lookWithoutKey(scene)).fix?.safe !== true) return [];
    const made = new Keyring(scene.existingRoot()).ensure();
    return made ? [`made ${keyPath(scene.root)}`] : [];
  },
};

/** A daemon may still know the key that is gone, and mail may be signed with it: then a new one does harm. */
async function lookWithoutKey(scene: Scene): Promise<Finding> {
  const text = `there is no ${keyPath(scene.root)}`;
  const { answer } = await scene.daemon();
  if (answer.kind !== 'none') {
    return warn(`${text}; the daemon puts it back when it signs next`, byHand('cc2cc status'));
  }
  const waits = mailboxNames(scene.root).some((name) => messageFiles(scene.root, name).length > 0);
  if (!waits) return warn(text, BY_DOCTOR);
  return warn(text, {
    details: [
      'Mail waits. With a new key what the old one signed is rejected: restore it if you can.',
    ],
    ...byHand(INIT),
  });
}

function lookAtFormer(root: string, path: string): Finding {
  const formerPath = formerKeysPath(root);
  const former = readOwnFile(formerPath, MAX_BYTES);
  if (former.kind === 'missing') return ok(path);
  if (former.kind !== 'bytes') {
    return fail(
      `${formerPath}: ${former.reason}`,
      byHand(`ls -ld '${formerPath}' # then move it away; what those keys signed is invalid then`),
    );
  }
  try {
    const keys: unknown = JSON.parse(former.bytes.toString());
    if (Array.isArray(keys)) return ok(`${path}, and ${count(keys.length, 'former key')}`);
  } catch {
    // said below, as for what is no list
  }
  return fail(
    `${formerPath} does not hold former keys`,
    byHand(`mv '${formerPath}' '${formerPath}.broken' # what those keys signed is invalid then`),
  );
}
