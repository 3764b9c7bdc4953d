import { resolveLocal } from '../../protocol/settings/local-value.js';
import { registerLine } from '../claude/register.js';
import type { Step } from './step.js';

/** What is left for a person to do, in order: the last lines on the screen, and `next` of the JSON. */
export function nextLines(
  steps: readonly Step[],
  { warning, client, node }: { warning: string | undefined; client: boolean; node: string },
): string[] {
  const doneOf = (what: string): Step['done'] | undefined =>
    steps.find((step) => step.what === what)?.done;
  const failed = steps.filter(({ done }) => done === 'failed').map(({ what }) => what);
  const hasServer = client && doneOf('Claude Code') !== 'failed';
  const isSame = steps.every(({ done }) => done === 'kept' || done === 'skipped');
  return [
    ...(isSame ? ['Nothing has changed.'] : []),
    ...(failed.length > 0
      ? [`Not done: ${failed.join(', ')}, see above. When that is mended, run cc2cc init again.`]
      : []),
    ...(warning === undefined ? [] : [warning]),
    ...placeHint(),
    ...(client ? [] : [`Where there is Claude Code: ${registerLine(node)}`]),
    ...(hasServer
      ? [
          'Then start claude in two terminals and say in one of them: ' +
            'List the cc2cc agents and send the other one a greeting.',
        ]
      : []),
  ];
}

/** Sessions do not know what only this command was told. */
function placeHint(): string[] {
  const { source, value } = resolveLocal('bridgeDir');
  if (source !== 'flag' && source !== 'variable') return [];
  return [
    `Sessions find this bridge root only where CC2CC_BRIDGE_DIR=${String(value)} is set. ` +
      'To have it so for all: cc2cc config set bridgeDir PATH.',
  ];
}
