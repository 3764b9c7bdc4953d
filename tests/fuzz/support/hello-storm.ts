import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../../../protocol/json.js';
import { helloInput, proofFor, type HelloInput } from './hello-input.js';

/** A daemon that owes an answer for so long hangs. Its own deadline for a hello is 5 s. */
const PATIENCE_MS = 20_000;

/** What became of the inputs of a storm. */
export interface StormReport {
  /** How many of each kind, and how many of all were welcomed, refused or let go without a word. */
  kinds: Record<string, number>;
  welcomed: number;
  refused: number;
  silent: number;
  /** What should not have happened; the first few. */
  faults: string[];
}

export interface Storm {
  socket: string;
  token: string;
  seed: number;
  from: number;
  to: number;
  /** Connections at a time. */
  width: number;
}

/** Sends inputs `from` to `to` of a seed, each by a connection of its own. */
export async function storm({ socket, token, seed, from, to, width }: Storm): Promise<StormReport> {
  const report: StormReport = { kinds: {}, welcomed: 0, refused: 0, silent: 0, faults: [] };
  let at = from;
  const work = async (): Promise<void> => {
    while (at < to && report.faults.length < 5) {
      const mine = at;
      at += 1;
      const input = helloInput(token, seed, mine);
      const answer = await tell(socket, input);
      report.kinds[input.kind] = (report.kinds[input.kind] ?? 0) + 1;
      report[answer.what] += 1;
      const fault = faultOf(input, answer, token);
      if (fault !== undefined) {
        report.faults.push(`input ${mine} of seed ${seed}, ${input.kind}: ${fault}`);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return report;
}

interface Answer {
  what: 'welcomed' | 'refused' | 'silent';
  /** All that came. */
  text: string;
  isLate: boolean;
}

function faultOf(
  input: HelloInput,
  { what, text, isLate }: Answer,
  token: string,
): string | undefined {
  if (isLate) return 'no answer and no end';
  if (text.includes(token)) return 'the token was told';
  if (input.honest && !input.leaves && what !== 'welcomed') return `not welcomed: ${text}`;
  if (what === 'welcomed' && !isProven(input, token)) return 'welcomed without a proof';
  const first = text.split('\n', 1)[0] ?? '';
  if (
    what === 'refused' &&
    !/^\{"cc2cc":"refused","error":\{"code":"E_(PROTOCOL|TOKEN)","message":"/.test(first)
  ) {
    return `a refusal of another form: ${first}`;
  }
  return undefined;
}

/** Whether the first line bears a proof, as the specification has it. */
function isProven({ chunks }: HelloInput, token: string): boolean {
  const lines = Buffer.concat(chunks).toString().split('\n');
  const first: unknown = JSON.parse(lines.find((text) => text.replace(/\r$/, '') !== '') ?? 'null');
  if (!isRecord(first) || first['cc2cc'] !== 'hello') return false;
  const { nonce, time, proof } = first;
  return proof === proofFor(token, nonce, time) && Math.abs(Number(time) - Date.now()) < 120_000;
}

/** Sends an input and takes what comes until the answer is there, or the daemon hangs up. */
async function tell(path: string, input: HelloInput): Promise<Answer> {
  const socket = connect(path);
  let text = '';
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    socket.destroy();
  }, PATIENCE_MS);
  const over = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      // After a welcome it is for us to go.
      if (text.includes('\n')) socket.destroy();
    });
    socket.on('error', () => undefined); // EPIPE, when the daemon has hung up on us
    socket.on('close', () => {
      resolve();
    });
  });
  for (const chunk of input.chunks) {
    if (socket.destroyed) break;
    socket.write(chunk);
    if (input.pause !== undefined) await sleep(input.pause);
  }
  if (input.leaves) socket.end(() => socket.destroy());
  await over;
  clearTimeout(deadline);
  const what = text.startsWith('{"cc2cc":"welcome"')
    ? 'welcomed'
    : text === ''
      ? 'silent'
      : 'refused';
  return { what, text, isLate };
}
