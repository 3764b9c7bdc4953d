import { Journal } from '../../../scripts/journal.js';
import { sayText, type Block } from './answer.js';
import { newTexts, toolResults, type ToolOutcome } from './request.js';

/** One request of the session's main conversation. */
export interface Turn {
  /**
   * What is new to the model: all after its own last answer, in order. The client's reminders are
   * among it, and they hold many words: match what only the test can have said.
   */
  texts: string[];
  /** The same in one string. */
  text: string;
  results: ToolOutcome[];
  body: Record<string, unknown>;
}

/** What the model says; a promise that stays open is a model that thinks for long. */
export type Reply = string | Block | Block[];
export type Answer = Reply | ((match: RegExpExecArray) => Reply | Promise<Reply>);

interface Rule {
  pattern: RegExp;
  answer: Answer;
}

/** A loaded machine takes some seconds for what takes a tenth of one on an idle one. */
const WAIT_MS = 30_000;

/** The scripted model behind one session. It says `ok` to everything that no rule is for. */
export class Model {
  readonly #turns = new Journal<Turn>();
  /** Newest first: a test may overrule what it said before. */
  readonly #rules: Rule[] = [];

  constructor(readonly session: string) {}

  /** Every turn so far. Requests without tools, such as for a title, are none. */
  get turns(): readonly Turn[] {
    return this.#turns.all;
  }

  /** All that the model was given, text by text. */
  get saw(): string[] {
    return this.turns.flatMap(({ texts }) => texts);
  }

  /** From now on, what to say when what is new to the model matches. */
  when(pattern: RegExp, answer: Answer): void {
    this.#rules.unshift({ pattern, answer });
  }

  /** Says nothing to what matches until the returned function is called. */
  hold(pattern: RegExp): (reply?: Reply) => void {
    let release: (reply: Reply) => void = () => undefined;
    const held = new Promise<Reply>((resolve) => {
      release = resolve;
    });
    this.when(pattern, () => held);
    return (reply = 'ok') => {
      release(reply);
    };
  }

  /** The first turn, past or future, that was given what matches. */
  given(pattern: RegExp, timeoutMs = WAIT_MS): Promise<Turn> {
    return this.until(({ text }) => pattern.test(text), `${pattern} for the model`, timeoutMs);
  }

  /** @throws Error that says `what` and the last turns, past the deadline */
  until(wanted: (turn: Turn) => boolean, what: string, timeoutMs = WAIT_MS): Promise<Turn> {
    return this.#turns.waitFor(wanted, `${what} of ${this.session}`, timeoutMs);
  }

  /** For the fake API: records the request and decides the answer. */
  async answer(body: Record<string, unknown>): Promise<Block[]> {
    const isSide = !Array.isArray(body['tools']) || body['tools'].length === 0;
    if (isSide) return [sayText('ok')];
    const texts = newTexts(body);
    const text = texts.join('\n');
    this.#turns.record({ text, texts, results: toolResults(body), body });
    for (const { pattern, answer } of this.#rules) {
      const match = pattern.exec(text);
      if (match === null) continue;
      return asBlocks(typeof answer === 'function' ? await answer(match) : answer);
    }
    return [sayText('ok')];
  }

  /** Whoever waits learns that nothing comes any more. */
  end(): void {
    this.#turns.end('the fake API has ended');
  }
}

function asBlocks(reply: Reply): Block[] {
  if (typeof reply === 'string') return [sayText(reply)];
  return Array.isArray(reply) ? reply : [reply];
}
