import { explainConfig } from '../../../protocol/config.js';
import { Cc2ccError } from '../../../protocol/errors.js';
import { hostPaths } from '../../../protocol/host-paths.js';
import { bridgeRoot } from '../../../protocol/paths.js';
import { gateByFiles } from '../../../mail/gate.js';
import { heldBy } from '../../../mail/held.js';
import { readTrust } from '../../../mail/trust.js';
import { readRules } from '../../../mail/rules.js';
import { rootPaths } from '../../../protocol/paths.js';
import { byHand, fail, ok, warn, type Check } from '../check.js';
import { lookAt } from '../look-at.js';
import { count, few } from '../words.js';

/** What the user has written: settings, rules, and who may write to whom. */
export const SETTINGS_CHECKS: readonly Check[] = [
  {
    id: 'settings',
    title: 'Settings',
    look: ({ configPath }) => {
      try {
        const all = explainConfig(configPath);
        hostPaths(bridgeRoot());
        const set = all.filter(({ source }) => source === 'variable' || source === 'flag');
        const fromFile = all.filter(({ source }) => source === 'file').length;
        const words = [
          ...(fromFile > 0 ? [`${fromFile} from ${configPath}`] : []),
          ...(set.length > 0 ? [`by variables: ${set.map(({ name }) => name).join(', ')}`] : []),
        ];
        return ok(words.length > 0 ? words.join('; ') : 'all as they come');
      } catch (error) {
        if (!(error instanceof Cc2ccError)) throw error;
        return fail(error.message.replace(/\.$/, ''), {
          ...(error.hint === undefined ? {} : { details: [error.hint] }),
          ...byHand('cc2cc config'),
        });
      }
    },
  },
  {
    id: 'overrides',
    title: 'Overridden settings',
    look: (scene) => {
      const hidden = scene.overridden();
      if (hidden.length === 0) return ok('no variable overrides config.json');
      return warn(`variables override what stands in ${scene.configPath}`, {
        details: few(hidden),
        ...byHand('cc2cc config'),
      });
    },
  },
  {
    id: 'rules',
    title: 'Rules',
    look: (scene) => {
      const path = rootPaths(scene.existingRoot()).rules;
      const found = readRules(path);
      if (found.kind === 'bad') {
        return fail(`${path} is not good: ${found.problem}`, {
          details: ['The rules before stay in force until the daemon ends; then there are none.'],
          ...byHand(lookAt(path)?.kind === 'file' ? `$EDITOR '${path}'` : `ls -ld '${path}'`),
        });
      }
      return ok(found.kind === 'missing' ? 'none (no rules.json)' : path);
    },
  },
  {
    id: 'trust',
    title: 'Trust',
    look: (scene) => {
      const root = scene.existingRoot();
      const path = rootPaths(root).trust;
      const found = readTrust(path);
      if (found.kind === 'bad') {
        return fail(`${path} is not good: ${found.problem}`, {
          details: ['The lists before stay until the daemon ends; then all messages are held.'],
          ...byHand(lookAt(path)?.kind === 'file' ? `$EDITOR '${path}'` : `ls -ld '${path}'`),
        });
      }
      const { total } = heldBy(root, gateByFiles(root, scene.config()));
      if (total > 0) {
        return warn(
          `${count(total, 'message waits', 'messages wait')} for your approval`,
          byHand('cc2cc inbox'),
        );
      }
      return ok(found.kind === 'missing' ? 'none (no trust.json)' : path);
    },
  },
];
