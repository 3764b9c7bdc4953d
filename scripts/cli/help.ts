/**
 * The end of a command's help. For `addHelpText('after', …)`.
 *
 * @param lines commands as one would type them, without the prompt; what follows ` # ` explains
 */
export function examples(...lines: string[]): string {
  const parts = lines.map((line) => line.split(' # '));
  const explained = parts.filter(([, why]) => why !== undefined);
  const width = Math.max(0, ...explained.map(([command = '']) => command.length));
  const beside = (command: string, why: string): string => `  $ ${command.padEnd(width)}   ${why}`;
  const fits = explained.every(([command = '', why = '']) => beside(command, why).length <= 80);
  const text = parts.map(([command = '', why]) => {
    if (why === undefined) return `  $ ${command}`;
    return fits ? beside(command, why) : `  # ${why}\n  $ ${command}`;
  });
  return `\nExamples:\n${text.join('\n')}`;
}
