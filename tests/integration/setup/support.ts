import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliResult } from '../../support/cli.js';

/** Steps of `init --json` and `uninstall --json`, as `what: done`. */
export function stepsOf({ stdout }: CliResult): Record<string, string> {
  const { steps } = JSON.parse(stdout) as { steps: { what: string; done: string }[] };
  return Object.fromEntries(steps.map(({ what, done }) => [what, done]));
}

export function noteOf({ stdout }: CliResult, what: string): string {
  const { steps } = JSON.parse(stdout) as { steps: { what: string; note?: string }[] };
  return steps.find((step) => step.what === what)?.note ?? '';
}

/** Everything below a folder: types, modes, contents. */
export function contentsOf(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const stats = lstatSync(join(folder, path));
      const text = stats.isFile() ? readFileSync(join(folder, path), 'utf8') : '';
      return [path, `${stats.mode.toString(8)} ${text}`];
    }),
  );
}

/** What somebody else has in the files that we touch. */
export const THEIR_SETTINGS = `{
\t// my settings
\t"model": "opus",
\t"hooks": {
\t\t"Stop": [
\t\t\t{ "hooks": [{ "type": "command", "command": "say done" }] }
\t\t]
\t},
}\r
`;

/** As the client writes it. */
export const THEIR_STATE = JSON.stringify(
  {
    numStartups: 7,
    mcpServers: { other: { type: 'stdio', command: 'npx', args: ['other'], env: {} } },
    projects: { '/src/a': { allowedTools: [], mcpServers: {} } },
  },
  null,
  2,
);
