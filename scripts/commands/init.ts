import { Command } from 'commander';
import { ExitCode } from '../../protocol/errors.js';
import { stableNode } from '../../protocol/node-path.js';
import { findClient } from '../claude/client.js';
import { CANCELLED, Cancelled } from '../cli/ask.js';
import { examples } from '../cli/help.js';
import { print, printJson, say } from '../cli/output.js';
import { prepareRoot } from '../setup/bridge.js';
import { choose, isForKeyOnly, type Choice, type InitOptions } from '../setup/choices.js';
import { addHooks } from '../setup/hooks.js';
import { nextLines } from '../setup/next.js';
import { proof } from '../setup/proof.js';
import { registerServer } from '../setup/registration.js';
import { installService } from '../setup/service.js';
import { attempt, stepLines, type Step, type StepResult } from '../setup/step.js';

/** The command line of `cc2cc init`. */
export function command(): Command {
  return new Command('init')
    .option('-y, --yes', 'do all of it without a question')
    .option('--service', 'have the daemon start at every login')
    .option('--no-service', 'do not; sessions start it when they need it')
    .option('--register', 'register with Claude Code, for all projects of this user (default)')
    .option('--no-register', 'do not')
    .option('--hooks', "add hooks to Claude Code's settings.json")
    .option('--no-hooks', 'do not')
    .option('--wait', 'with the hook that wakes an idle session')
    .option('--replace', 'replace what belongs to another installation or another server')
    .option('--prove', 'prove at the end that messages arrive (default when something was done)')
    .option('--no-prove', 'do not')
    .option('--rotate-key', 'make a new key; the old one is good for mail that waits')
    .option('--json', 'as JSON, without a question')
    .addHelpText(
      'after',
      `
Prepares the bridge root, registers with Claude Code, and asks before it adds
the service and the hooks. What is there stays, so it may be run at any time.
Without a terminal, and without --yes, service and hooks are left out.

${examples(
  'cc2cc init # set up everything, with questions',
  'cc2cc init --yes # the same without',
  'cc2cc init --rotate-key # a new key and nothing else',
)}`,
    )
    .action(async (options: InitOptions) => {
      process.exitCode = await init(options);
    });
}

/** Sets everything up. What is there stays as it is, so it may be run again at any time. */
async function init(options: InitOptions): Promise<number> {
  let choices;
  try {
    choices = await choose(options);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    say('Nothing was done.');
    return CANCELLED;
  }
  const { json = false, replace = false, wait, rotateKey = false } = options;
  const { root, steps } = await prepareRoot({ rotateKey });
  const { path: node, warning } = stableNode();
  const take = async (step: Step): Promise<void> => {
    steps.push(step);
    if (!json) await print(...stepLines([step]));
  };
  if (!json) await print(...stepLines(steps));
  if (!isForKeyOnly(options)) {
    const asked = options.register === true;
    await take(await chosen('service', choices.service, installService));
    await take(
      await chosen('Claude Code', choices.register, () => registerServer({ node, asked, replace })),
    );
    await take(await chosen('hooks', choices.hooks, () => addHooks({ node, wait, replace })));
    await take(await chosen('proof', whetherToProve(options, steps), proof));
  }
  const ok = steps.every(({ done }) => done !== 'failed');
  const next = isForKeyOnly(options)
    ? []
    : nextLines(steps, { warning, node, client: findClient() !== undefined });
  if (json) await printJson({ root, steps, ok, next });
  else if (next.length > 0) await print('', ...next);
  return ok ? ExitCode.ok : ExitCode.failed;
}

function chosen(
  what: string,
  choice: Choice,
  step: () => StepResult | Promise<StepResult>,
): Promise<Step> {
  return attempt(what, () => (choice.do ? step() : { done: 'skipped', note: choice.note }));
}

/** It takes a second or more, and shows nothing new where nothing was done. */
function whetherToProve({ prove }: InitOptions, steps: readonly Step[]): Choice {
  const isNew = steps.some(({ done }) => !['kept', 'skipped', 'failed'].includes(done));
  if (prove ?? isNew) return { do: true };
  return { do: false, note: prove === false ? 'as you said' : 'nothing has changed; cc2cc prove' };
}
