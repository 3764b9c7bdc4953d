/** What a text is written for: a screen has a width and perhaps colours, a pipe or a file has neither. */
export interface Terminal {
  /** Columns; undefined for a pipe or a file, which get whole lines. */
  width: number | undefined;
  color: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;
/** Of a `WriteStream` of node:tty; the others have neither. */
type Stream = object & { isTTY?: boolean; columns?: number };

/** Where a screen does not say how wide it is. */
const DEFAULT_WIDTH = 80;
/** On less than this nothing can be laid out. */
const LEAST_WIDTH = 20;

/**
 * What is known of the other end of stdout, or of another stream. `FORCE_COLOR` decides where it is
 * set (`0` and `false`: no colours), else `NO_COLOR` and `TERM=dumb` take colours from a screen.
 */
export function terminalOf(stream: Stream = process.stdout, env: Env = process.env): Terminal {
  if (stream.isTTY !== true) return { width: undefined, color: forced(env) ?? false };
  const plain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  // A screen may say 0, as script(1) does until it is told.
  const width = Math.max(LEAST_WIDTH, stream.columns || DEFAULT_WIDTH);
  return { width, color: forced(env) ?? !plain };
}

function forced(env: Env): boolean | undefined {
  const value = env['FORCE_COLOR'];
  return value === undefined ? undefined : !['0', 'false'].includes(value);
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof CODES;

/** The text in a style, where there are colours. Colours only repeat what words say. */
export function paint({ color }: Terminal, style: Style, text: string): string {
  if (!color || text === '') return text;
  const [on, off] = CODES[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
