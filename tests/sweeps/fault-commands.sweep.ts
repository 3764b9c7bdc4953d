/** Commands while one call after another fails. */
import assert from 'node:assert/strict';
import { recordCommand } from '../history/record-command.js';
import { cli, type CliResult } from '../support/cli.js';
import { pair, type Pair } from './support/fault-pair.js';
import { accepted } from './support/fault-sends.js';
import type { FaultStage } from './support/fault-stage.js';
import { faultSweep } from './support/fault-sweep.js';

/** Each takes several processes. */
const FEW = 40;

/** Two agents that are known, and no daemon. */
async function knownAndAway(stage: FaultStage): Promise<void> {
  await stage.startDaemon();
  for (const name of ['ben', 'ann']) await (await stage.session(name, { lanes: 'tool' })).close();
  await stage.daemon.kill('SIGTERM');
}

faultSweep<Pair>({
  name: 'send by command, through a daemon',
  maxPoints: FEW,
  victim: 'command',
  prepare: pair,
  act: async (stage, _, label) => {
    const args = ['send', 'ben', `faulty: ${label}`];
    assertTold(await recordCommand(stage.history, stage.sandbox, 'eve', args, { env: stage.env }));
  },
  after: (stage, { ben }) => stage.drain(ben),
});

faultSweep<void>({
  name: 'send and receive by command, by files',
  maxPoints: FEW,
  victim: 'command',
  keepsDaemon: false,
  prepare: knownAndAway,
  act: async (stage, _, label) => {
    const send = ['send', 'ben', `faulty: ${label}`];
    assertTold(await recordCommand(stage.history, stage.sandbox, 'ann', send, { env: stage.env }));
  },
  after: async (stage, _, label) => {
    const send = ['send', 'ben', `fine: ${label}`];
    const sent = await recordCommand(stage.history, stage.sandbox, 'ann', send);
    assert.equal(sent.code, 0, sent.stderr);
    const got = await recordCommand(stage.history, stage.sandbox, 'ben', ['receive', 'ben']);
    assert.equal(got.code, 0, got.stderr);
  },
});

faultSweep<void>({
  name: 'receive by command, by files',
  maxPoints: FEW,
  victim: 'command',
  keepsDaemon: false,
  prepare: knownAndAway,
  before: async (stage, _, label) => {
    const send = ['send', 'ben', `to be read: ${label}`];
    const sent = await recordCommand(stage.history, stage.sandbox, 'ann', send);
    assert.equal(sent.code, 0, sent.stderr);
  },
  act: async (stage) => {
    const args = ['receive', 'ben'];
    assertTold(await recordCommand(stage.history, stage.sandbox, 'ben', args, { env: stage.env }));
  },
  after: async (stage) => {
    const got = await recordCommand(stage.history, stage.sandbox, 'ben', ['receive', 'ben']);
    assert.equal(got.code, 0, got.stderr);
  },
  excused: {
    once: 'what was printed and could not be noted is shown once more, see docs/delivery.md',
    receipts: 'a command does not stay until the disk takes them: the next daemon leaves them',
  },
});

faultSweep<Pair>({
  name: 'rotate the key',
  maxPoints: FEW,
  victim: 'command',
  prepare: pair,
  before: (_, { ann }, label) => accepted(ann, 'ben', `by the former key: ${label}`),
  act: async (stage) => {
    assertTold(await cli(stage.sandbox, ['init', '--rotate-key'], { env: stage.env }));
  },
  after: async (stage, { ann, ben }, label) => {
    await accepted(ann, 'ben', `fine: ${label}`);
    await stage.drain(ben);
  },
});

/** A command fails with words for a person, or does what it is for. */
function assertTold({ code, stdout, stderr }: CliResult): void {
  assert.notEqual(code, null, 'it ends by itself');
  if (code === 0) return;
  assert.doesNotMatch(stderr, /^\s+at .*\.(?:js|cjs):\d+/m, 'an error of its own');
  const says = /^(?:cc2cc: |failed +\w+: .*E[A-Z]{2,} at \/)/m; // init tells of each of its steps
  assert.match(stdout + stderr, says, `not a clear refusal: ${stdout}${stderr}`);
}
