/** What `--json` prints has no field that the pages do not tell of: scripts rely on these. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ensureMailbox } from '../../mail/deliver.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { cli } from '../support/cli.js';
import { makeSandbox } from '../support/sandbox.js';

type Json = Record<string, unknown>;

const DOCS = new URL('../../../docs/', import.meta.url);
const [COMMANDS, SPECIFICATION, CONFIGURATION] = ['commands', 'SPECIFICATION', 'CONFIGURATION'].map(
  (name) => readFileSync(new URL(`${name}.md`, DOCS), 'utf8'),
) as [string, string, string];

/** Forms of the specification that commands print. */
const MESSAGE = section(SPECIFICATION, 'Messages');
const REPORT = section(SPECIFICATION, 'Message report') + section(SPECIFICATION, 'The journal');
const CONFIG = section(CONFIGURATION, '`cc2cc config`');
const STATUS = section(SPECIFICATION, 'Control methods');

/** Keys of these are names of agents. */
const BY_NAME = ['messages'];

test('every field that a command prints as JSON is documented', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());

  const documented = async (
    args: string[],
    forms: string,
    { of = args[0]!, code: expected = 0 }: { of?: string; code?: number } = {},
  ): Promise<Json> => {
    const { code, stdout, stderr } = await cli(sandbox, [...args, '--json']);
    assert.equal(code, expected, stderr);
    const value = JSON.parse(stdout) as Json;
    const known = new Set(wordsOf(section(COMMANDS, `\`cc2cc ${of}\``) + forms));
    for (const key of keysOf(value)) assert.ok(known.has(key), `${args.join(' ')}: ${key}`);
    return value;
  };

  await documented(['init', '--no-register', '--no-prove'], '');
  await documented(['uninstall', '--dry-run'], '');
  ensureMailbox(mailboxPaths(sandbox.root, 'ben'));
  const sent = await documented(['send', 'ben', 'hello', '--from', 'ann'], '');
  const late = ['send', 'ben', 'well?', '--from', 'ann', '--wait', '1ms'];
  await documented(late, MESSAGE + REPORT, { code: 4 });
  await documented(['broadcast', 'all', '--from', 'ann', '--include-away'], '');
  await documented(['log', '--limit', '1'], MESSAGE);
  await documented(['receive', 'ben', '--limit', '1'], MESSAGE);
  await documented(
    ['reply', sent['id'] as string, 'yes', '--from', 'ben'],
    section(COMMANDS, '`cc2cc send`'),
  );
  await documented(['status'], STATUS, { code: 3 });
  await documented(['doctor', '--fix'], '');
  await documented(['status', '--message', sent['id'] as string], REPORT);
  await documented(['agents', '--all'], STATUS);
  await documented(['agents', 'ben'], STATUS + section(SPECIFICATION, 'Agent cards'));
  await documented(['cleanup'], section(SPECIFICATION, 'Retention'));
  await documented(['config'], CONFIG);
  await documented(['config', 'rate'], CONFIG);
  await documented(['trust', 'ann', '--for', 'ben'], '');
  await documented(['trust'], section(SPECIFICATION, 'trust.json') + '`ben`');
  await documented(['block', 'eve'], section(COMMANDS, '`cc2cc trust`'));
  const hold = ['--new-senders', 'hold'];
  await documented(['inbox', ...hold], MESSAGE + section(COMMANDS, '`cc2cc receive`'));
  await documented(['validate', `${sandbox.root}/rules.json`], '', { code: 1 });

  const delegate = ['task', 'delegate', 'ben', 'Mend it.', '--from', 'ann'];
  const { id } = await documented(delegate, '', { of: 'task delegate' });
  const accept = ['task', 'accept', id as string, 'at once', '--from', 'ben'];
  await documented(accept, '', { of: 'task accept' });
  const shown = section(COMMANDS, '`cc2cc task show`');
  await documented(['task', 'show', id as string], section(SPECIFICATION, 'Events'), {
    of: 'task show',
  });
  await documented(['task', 'list'], shown, { of: 'task list' });
});

/** From a heading to the next one of its level or above. */
function section(page: string, title: string): string {
  const [, level = ''] = new RegExp(`^(##+) ${title}$`, 'm').exec(page) ?? [];
  const [, rest] = page.split(new RegExp(`^##+ ${title}$`, 'm'));
  assert.ok(rest, `there is no section ${title}`);
  return rest.split(new RegExp(`^#{2,${level.length}} `, 'm'))[0]!;
}

/** All words that stand in code, in a text or in a block. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/```[^]*?```|`[^`]+`/g)].flatMap(([code]) => code.match(/\w+/g) ?? []);
}

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    key,
    ...(BY_NAME.includes(key) ? [] : keysOf(inner)),
  ]);
}
