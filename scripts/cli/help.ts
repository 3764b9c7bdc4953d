/**
 * The end of a command's help. For `addHelpText('after', …)`.
 *
 * @param lines commands as one would type them, without the prompt; what follows ` # ` explains
 */
export function examples(...lines: string[]): string {
  const parts = lines.map((line) => line.split(' # '));
  const width = Math.max(...parts.map(([command = '']) => command.length));
  const text = parts.map(([command = '', why]) =>
    why === undefined ? `  $ ${command}` : `  $ ${command.padEnd(width)}   ${why}`,
  );
  return `\nExamples:\n${text.join('\n')}`;
}
