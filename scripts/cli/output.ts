import { once } from 'node:events';

/** What a screen acts on or hides although JSON lets it stand: C1 controls, bidi, zero width, tags. */
const UNSHOWN =
  /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]|\udb40[\udc00-\udfff]/g;

/** Lines for stdout; resolves when it takes more, so that a slow reader is not run over. */
export async function print(...lines: string[]): Promise<void> {
  if (lines.length === 0 || process.stdout.write(`${lines.join('\n')}\n`)) return;
  await once(process.stdout, 'drain');
}

/** What a command says to the person and not to the program behind it: on stderr. */
export function say(...lines: string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
}

/** A result as JSON, indented. What a terminal would act on is written as `\uXXXX`, which means the same. */
export function printJson(value: unknown): Promise<void> {
  return print(jsonOf(value, 2));
}

/** One result of many, as JSON on one line. */
export function printJsonLine(value: unknown): Promise<void> {
  return print(jsonOf(value));
}

function jsonOf(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(UNSHOWN, (char) =>
    char
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
