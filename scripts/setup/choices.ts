import { tilde } from '../../protocol/terminal/text.js';
import { claudePlaces } from '../claude/places.js';
import { canAsk, Questions } from '../cli/ask.js';
import { hooksAreDone } from './hooks.js';
import { serviceOutlook } from './service.js';

/** What `init` was told on the command line. */
export interface InitOptions {
  yes?: boolean;
  service?: boolean;
  register?: boolean;
  hooks?: boolean;
  wait?: boolean;
  prove?: boolean;
  replace?: boolean;
  rotateKey?: boolean;
  json?: boolean;
}

/** Why a part is not done, where it is not: it goes into the report. */
export type Choice = { do: true } | { do: false; note: string };

export interface Choices {
  service: Choice;
  register: Choice;
  hooks: Choice;
}

const YES: Choice = { do: true };
const SAID_NO: Choice = { do: false, note: 'as you said' };

/**
 * What is to be done: by flags, by `--yes`, else by asking. All questions come before anything is done,
 * so that Ctrl-C at one of them leaves everything as it was.
 *
 * @throws Cancelled
 */
export async function choose(options: InitOptions): Promise<Choices> {
  if (isForKeyOnly(options)) {
    const none: Choice = { do: false, note: 'not asked for' };
    return { service: none, register: none, hooks: none };
  }
  const questions = new Questions();
  try {
    const service = await chooseService(options, questions);
    const hooks = await chooseHooks(options, questions);
    return { service, register: options.register === false ? SAID_NO : YES, hooks };
  } finally {
    questions.close();
  }
}

/** A new key is wanted now and then, long after all else was set up. */
export function isForKeyOnly({ rotateKey, ...options }: InitOptions): boolean {
  const { yes, service, register, hooks, wait, replace } = options;
  return (
    rotateKey === true &&
    [yes, service, register, hooks, wait, replace].every((it) => it === undefined)
  );
}

async function chooseService(
  { yes, service, json }: InitOptions,
  questions: Questions,
): Promise<Choice> {
  if (service !== undefined) return service ? YES : SAID_NO;
  const outlook = await serviceOutlook();
  if (outlook.kind === 'impossible') {
    return { do: false, note: withoutService(outlook.why) };
  }
  if (yes === true || outlook.kind === 'installed') return YES; // to say that it is there
  if (!mayAsk(json)) return { do: false, note: 'to have it start at login: cc2cc init --service' };
  const question = 'Start the daemon at every login, as a service of this system?';
  return (await questions.yesNo(question, true)) ? YES : SAID_NO;
}

/** What there being no service means, in whole sentences. Exported for its test. */
export function withoutService(why: string): string {
  if (/sessions start the daemon/i.test(why)) return why;
  return `${why.replace(/(?<![.!?])$/, '.')} Sessions start the daemon when they need it.`;
}

async function chooseHooks(
  { yes, hooks, wait, json }: InitOptions,
  questions: Questions,
): Promise<Choice> {
  if (hooks === false) return SAID_NO;
  if (hooks === true || wait === true || yes === true || hooksAreDone()) return YES;
  const file = tilde(claudePlaces().settings);
  if (!mayAsk(json)) return { do: false, note: `to add them to ${file}: cc2cc init --hooks` };
  const question = `Add hooks to ${file}? They bring mail to a session at each of its steps.`;
  return (await questions.yesNo(question, true)) ? YES : SAID_NO;
}

function mayAsk(json: boolean | undefined): boolean {
  return json !== true && canAsk();
}
