/**
 * Stands in for `claude` where a test has to know how it is called: `mcp add`, `get` and `remove` and
 * `plugin list` and `uninstall` do to its files what the real one was seen to do.
 *
 * `FAKE_CLAUDE_LOG` takes a line for each call; `FAKE_CLAUDE_FAIL` is a pattern of calls that fail.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- files of the client
type Json = Record<string, any>;

const args = process.argv.slice(2);
const line = args.join(' ');
const { HOME = '', CLAUDE_CONFIG_DIR, FAKE_CLAUDE_LOG, FAKE_CLAUDE_FAIL } = process.env;
if (FAKE_CLAUDE_LOG) appendFileSync(FAKE_CLAUDE_LOG, `${line}\n`);
if (FAKE_CLAUDE_FAIL && new RegExp(FAKE_CLAUDE_FAIL).test(line)) end(1, 'it is broken today');

const state = join(CLAUDE_CONFIG_DIR ?? HOME, '.claude.json');
const settings = join(CLAUDE_CONFIG_DIR ?? join(HOME, '.claude'), 'settings.json');
const [noun, verb, ...rest] = args;
const scope = rest[0] === '--scope' ? rest.splice(0, 2)[1]! : 'user';
const name = rest[0]!;

if (line === '--version') end(0, '', '2.1.329 (Claude Code)');
if (noun === 'plugin') plugin();
if (noun !== 'mcp') end(1, `unknown: ${line}`);
const file = scope === 'project' ? join(process.cwd(), '.mcp.json') : state;
const all = read(file);
const holder = scope === 'local' ? ((all['projects'] ??= {})[process.cwd()] ??= {}) : all;
const servers = (holder['mcpServers'] ??= {}) as Json;
if (verb === 'get') end(name in servers ? 0 : 1, `No MCP server named "${name}".`);
if (verb === 'add') {
  if (name in servers) end(1, `MCP server ${name} already exists in ${scope} config`);
  const dashes = rest.indexOf('--');
  const [, command, ...words] = rest.slice(dashes);
  const given = rest
    .slice(0, dashes)
    .flatMap((word, nth, all) => (all[nth - 1] === '-e' ? word : []));
  const env = Object.fromEntries(given.map((pair) => pair.split(/=(.*)/).slice(0, 2)));
  servers[name] = { type: 'stdio', command, args: words, env };
} else if (verb === 'remove') {
  if (!(name in servers)) end(1, `No MCP server named "${name}" in ${scope} scope`);
  delete servers[name];
}
write(file, all);
end(0, '', `File modified: ${file}`);

function plugin(): never {
  const value = read(settings);
  const plugins = (value['enabledPlugins'] ?? {}) as Json;
  if (verb === 'list') end(0, '', JSON.stringify(Object.keys(plugins).map((id) => ({ id }))));
  if (!(name in plugins)) end(1, `Plugin "${name}" not found`);
  delete plugins[name];
  write(settings, value);
  end(0);
}

function read(path: string): Json {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Json) : {};
}

/** In place, indented, without a line break at the end. */
function write(path: string, value: Json): void {
  writeFileSync(path, JSON.stringify(value, null, 2));
}

function end(code: number, stderr = '', stdout = ''): never {
  if (stderr !== '') process.stderr.write(`${stderr}\n`);
  if (stdout !== '') process.stdout.write(`${stdout}\n`);
  process.exit(code);
}
