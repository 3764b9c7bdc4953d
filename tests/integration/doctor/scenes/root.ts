/** Settings, rules, and the bridge root with what lies in it. */
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropMessage, mailboxOf } from '../../../support/files.js';
import { messageFor, root, writeConfig, type Scene } from '../scene.js';

export const ROOT_SCENES: readonly Scene[] = [
  {
    id: 'settings',
    what: 'config.json is no JSON',
    breaks: (sandbox) => writeConfig(sandbox, '{'),
    state: 'fail',
    says: /config\.json is not JSON/,
    mend: /^cc2cc config$/,
  },
  {
    id: 'settings',
    what: 'a key that there is not',
    breaks: (sandbox) => writeConfig(sandbox, '{"ratte": 5}'),
    state: 'fail',
    says: /there is no setting "ratte"/,
    mend: /^cc2cc config$/,
  },
  {
    id: 'settings',
    what: 'a variable that cannot be',
    breaks: () => undefined,
    env: { CC2CC_KEEP_DAYS: 'many' },
    state: 'fail',
    says: /CC2CC_KEEP_DAYS/,
    mend: /^cc2cc config$/,
  },
  {
    id: 'overrides',
    what: 'a variable says something else than config.json',
    breaks: (sandbox) => writeConfig(sandbox, '{"keepDays": 3}'),
    env: { CC2CC_KEEP_DAYS: '5' },
    state: 'warn',
    says: /variables override/,
    mend: /^cc2cc config$/,
  },
  {
    id: 'trust',
    what: 'trust.json is wrong',
    breaks: (sandbox) => writeFileSync(root(sandbox, 'trust.json'), '{"version": 1, "agent": {}}'),
    state: 'fail',
    says: /trust\.json is not good: unknown key "agent"/,
    mend: /EDITOR .*trust\.json/,
    also: ['modes'],
  },
  {
    id: 'rules',
    what: 'rules.json is wrong',
    breaks: (sandbox) => writeFileSync(root(sandbox, 'rules.json'), '{"sender": {}}'),
    state: 'fail',
    says: /rules\.json is not good: unknown key "sender"/,
    mend: /EDITOR .*rules\.json/,
  },
  {
    id: 'root',
    what: 'there is no bridge root',
    breaks: (sandbox) => rmSync(sandbox.root, { recursive: true }),
    state: 'warn',
    says: /is not there yet/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'root',
    what: 'a folder is missing',
    breaks: (sandbox) => rmSync(root(sandbox, 'leases'), { recursive: true }),
    state: 'warn',
    says: /folders are missing/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'root',
    what: 'everybody may write to the bridge root',
    breaks: (sandbox) => chmodSync(sandbox.root, 0o777),
    state: 'fail',
    says: /mode 0777: others may write/,
    mend: /^cc2cc doctor --fix$/,
    also: ['modes'],
    fixes: true,
  },
  {
    id: 'root',
    what: 'the bridge root is a folder for all',
    breaks: (sandbox) => chmodSync(sandbox.root, 0o1777),
    state: 'fail',
    says: /mode 0777/,
    mend: /^export CC2CC_BRIDGE_DIR=/,
  },
  {
    id: 'root',
    what: 'a file lies where a folder belongs',
    breaks: (sandbox) => {
      rmSync(root(sandbox, 'agents'), { recursive: true });
      writeFileSync(root(sandbox, 'agents'), '', { mode: 0o600 });
    },
    state: 'fail',
    says: /something else/,
    mend: /^ls -la /,
  },
  {
    id: 'format',
    what: 'the root is of a newer program',
    breaks: (sandbox) =>
      writeFileSync(root(sandbox, 'format.json'), '{"format": 99}', { mode: 0o600 }),
    state: 'fail',
    says: /form 99/,
    mend: /^npm ci && npm run setup # in the newest clone of cc2cc$/,
  },
  {
    id: 'format',
    what: 'the format makes no sense',
    breaks: (sandbox) => writeFileSync(root(sandbox, 'format.json'), '{', { mode: 0o600 }),
    state: 'fail',
    says: /format\.json does not say/,
    mend: /format\.json/,
  },
  {
    id: 'modes',
    what: 'others may read the key, the rules and a mailbox',
    breaks: (sandbox) => {
      dropMessage(sandbox, 'ben');
      for (const name of ['secret.key', 'rules.json']) chmodSync(root(sandbox, name), 0o644);
      chmodSync(mailboxOf(sandbox, 'ben').inbox, 0o755);
    },
    state: 'warn',
    says: /3 files and folders/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'modes',
    what: 'a message that came with an ordinary umask',
    breaks: (sandbox) => chmodSync(messageFor(sandbox, 'ben'), 0o644),
    state: 'ok',
    says: /0700.*0600/,
  },
  {
    id: 'modes',
    what: 'a message that others may write to',
    breaks: (sandbox) => chmodSync(messageFor(sandbox, 'ben'), 0o666),
    state: 'warn',
    says: /1 file/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'strange-files',
    what: 'a mailbox is a link',
    breaks: (sandbox) => symlinkSync(sandbox.work, root(sandbox, 'to-ben')),
    state: 'fail',
    says: /links or other things/,
    mend: /^ls -l .*to-ben/,
  },
  {
    id: 'strange-files',
    what: 'a link lies in an inbox',
    breaks: (sandbox) => {
      dropMessage(sandbox, 'ben');
      symlinkSync('/etc/passwd', join(mailboxOf(sandbox, 'ben').inbox, 'x.json'));
    },
    state: 'warn',
    says: /links or other things/,
    mend: /^ls -l .*x\.json/,
  },
  {
    id: 'key',
    what: 'there is no key',
    breaks: (sandbox) => rmSync(root(sandbox, 'secret.key')),
    state: 'warn',
    says: /there is no .*secret\.key/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'key',
    what: 'there is no key and mail waits that may be signed with it',
    breaks: (sandbox) => {
      dropMessage(sandbox, 'ben');
      rmSync(root(sandbox, 'secret.key'));
    },
    state: 'warn',
    says: /there is no .*secret\.key/,
    mend: /^cc2cc init$/,
  },
  {
    id: 'key',
    what: 'the key is empty',
    breaks: (sandbox) => writeFileSync(root(sandbox, 'secret.key'), '\n'),
    state: 'fail',
    says: /is empty/,
    mend: /^rm .*secret\.key/,
  },
  {
    id: 'key',
    what: 'former keys are none',
    breaks: (sandbox) =>
      writeFileSync(root(sandbox, 'secret.key.former.json'), '{}', { mode: 0o600 }),
    state: 'fail',
    says: /does not hold former keys/,
    mend: /^mv .*former\.json/,
  },
];
