import type { RecordedAgent } from '../../history/record-agent.js';
import { accepted } from './fault-sends.js';
import type { FaultStage } from './fault-stage.js';

/** Two sessions. */
export interface Pair {
  ann: RecordedAgent;
  ben: RecordedAgent;
}

/** They read by tool results only, so that what they were given is known. Ann's shim may be the victim. */
export async function pair(stage: FaultStage): Promise<Pair> {
  await stage.startDaemon();
  return bothCome(stage);
}

/**
 * They come, ann writes to ben, and they go, with a daemon that runs already.
 *
 * @param reads whether ben reads it before he goes; else it waits
 */
export async function visit(stage: FaultStage, text: string, reads: boolean): Promise<void> {
  const { ann, ben } = await bothCome(stage);
  await accepted(ann, ben.name, text);
  if (reads) await stage.drain(ben);
  await Promise.all([ann.close(), ben.close()]);
}

async function bothCome(stage: FaultStage): Promise<Pair> {
  const ann = await stage.session('ann', { lanes: 'tool', victim: stage.victim === 'shim' });
  const ben = await stage.session('ben', { lanes: 'tool' });
  return { ann, ben };
}

export async function drainBoth(stage: FaultStage, { ann, ben }: Pair): Promise<void> {
  await stage.drain(ben);
  await stage.drain(ann);
}
