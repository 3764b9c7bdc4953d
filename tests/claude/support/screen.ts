/** What the client's screen says. Here, and nowhere else, the tests know how it looks. */

const RULE = /^─{20,}/;

/** What stands in the input box; undefined where there is none, as at the start or in a dialog. */
export function inputOf(screen: string): string | undefined {
  const lines = screen.split('\n');
  const end = lines.findLastIndex((line) => RULE.test(line));
  const start = lines.slice(0, Math.max(0, end)).findLastIndex((line) => RULE.test(line));
  const box = lines.slice(start + 1, end).join('\n');
  return start >= 0 && box.startsWith('❯') ? box.slice(1) : undefined;
}

/** Whether a turn is going on. */
export function isBusy(screen: string): boolean {
  return screen.includes('esc to interrupt');
}
