import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { managerOf, systemHere, SYSTEMS } from '../../service/managers.js';
import { textOf } from '../../service/shown-action.js';
import { makeSpec } from '../../service/spec.js';

/**
 * `cc2cc-daemon install --print`: the files of the service as they would be written, for any system.
 *
 * @param system as it was asked for; this one unless told
 */
export async function printService(system: string | undefined): Promise<number> {
  const wished = system === undefined ? systemHere() : SYSTEMS.find((one) => one === system);
  if (wished === undefined) {
    throw new Cc2ccError(
      'E_USAGE',
      `--system: expected ${SYSTEMS.join(', ')}, not ${system ?? process.platform}.`,
    );
  }
  const manager = await managerOf(wished);
  if (manager === undefined) {
    throw new Cc2ccError('E_SERVICE', `cc2cc knows no service manager for ${wished} yet.`);
  }
  const { spec } = makeSpec({ lasting: false });
  const files = manager.render(spec);
  for (const { path, content } of files) {
    // Names are for people who see several; a pipe gets what belongs into the file.
    if (files.length > 1 || process.stdout.isTTY) console.error(`${path}:`);
    process.stdout.write(textOf(content));
  }
  return ExitCode.ok;
}
