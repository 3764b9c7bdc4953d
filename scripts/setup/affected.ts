import { Cc2ccError } from '../../protocol/errors.js';
import { readDirectory, type Directory } from '../cli/live.js';

/** Who would notice when everything goes. */
export interface Affected {
  isRunning: boolean;
  /** Sessions at the daemon of this host. */
  attached: number;
  /** Messages that nobody has read. */
  waiting: number;
}

/** Before anything changes. A daemon that cannot be asked is one that runs. */
export async function whoIsAffected(root: string): Promise<Affected> {
  let directory: Directory;
  try {
    directory = await readDirectory(root);
  } catch (error) {
    if (!(error instanceof Cc2ccError)) throw error;
    return { isRunning: true, attached: 0, waiting: 0 };
  }
  const { report: running, agents } = directory;
  return {
    isRunning: running !== undefined,
    attached: agents.filter(({ where }) => where === 'here').length,
    waiting: agents.reduce((sum, { waiting }) => sum + waiting, 0),
  };
}
