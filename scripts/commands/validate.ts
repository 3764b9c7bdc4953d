import { Command } from 'commander';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readKey } from '../../mail/key-files.js';
import { gateByFiles } from '../../mail/gate.js';
import { validateBytes, validateFile, type Rules } from '../../mail/validate.js';
import type { Validation } from '../../mail/validation/findings.js';
import { loadConfig } from '../../protocol/config.js';
import { Cc2ccError, ExitCode, storeError } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { MAX_MESSAGE_FILE_BYTES } from '../../protocol/limits.js';
import { paint, terminalOf, type Terminal } from '../../protocol/terminal/terminal.js';
import { oneLine } from '../../protocol/terminal/text.js';
import { examples } from '../cli/help.js';
import { knownRoot } from '../cli/known-root.js';
import { SIGNATURES } from '../cli/message-view.js';
import { print, printJson, say } from '../cli/output.js';
import { readBounded } from '../cli/text-argument.js';

/** The command line of `cc2cc validate`. */
export function command(): Command {
  return new Command('validate')
    .argument('<file...>', 'message files; of a folder its *.json; - for stdin')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        'cc2cc validate message.json',
        'cc2cc validate ~/.cc2cc/to-brave-fox/inbox',
        'make-message | cc2cc validate - && echo good',
      ),
    )
    .action(async (files: string[], options: { json?: boolean }) => {
      process.exitCode = await validate(files, options);
    });
}

/**
 * Says of files whether an inbox would take them in, and what is wrong with them.
 *
 * @returns the exit code: 0 if all are valid
 */
async function validate(files: string[], { json }: { json?: boolean }): Promise<number> {
  const rules = rulesHere();
  const terminal = terminalOf();
  const results: Validation[] = [];
  let valid = true;
  for await (const result of validations(files, rules)) {
    valid &&= result.valid;
    if (json) results.push(result);
    else await print(...render(result, terminal));
  }
  if (json) await printJson({ valid, files: results });
  return valid ? ExitCode.ok : ExitCode.failed;
}

async function* validations(files: string[], rules: Rules): AsyncGenerator<Validation> {
  for (const file of files) {
    if (file === '-') yield await validateStdin(rules);
    else if (isFolder(file)) {
      const paths = messageFilesIn(file);
      if (paths.length === 0) say(`${oneLine(file)}: no *.json in this folder.`);
      for (const path of paths) yield validateFile(path, rules);
    } else yield validateFile(file, rules);
  }
}

function rulesHere(): Rules {
  const root = knownRoot();
  const gate = gateByFiles(root, loadConfig(hostPaths(root).config));
  return { ...gate, hasKey: readKey(root) !== undefined };
}

async function validateStdin(rules: Rules): Promise<Validation> {
  const tooLong = (): Cc2ccError =>
    new Cc2ccError('E_LIMIT', `stdin gave more than ${MAX_MESSAGE_FILE_BYTES} bytes.`);
  const bytes = await readBounded(process.stdin, MAX_MESSAGE_FILE_BYTES, tooLong);
  return validateBytes(bytes, { file: '-', mtime: new Date(), changedAt: Date.now() }, rules);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // whoever opens it as a file finds out what is wrong
  }
}

function messageFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
      .sort()
      .map((file) => join(folder, file));
  } catch (error) {
    throw storeError('list the folder', folder, error);
  }
}

/** `file:line:column: level: field: text`, as compilers say it. */
function render(
  { file, valid, from, to, signature, problems }: Validation,
  terminal: Terminal,
): string[] {
  const name = oneLine(file);
  const lines = problems.map(({ level, field, line, column, text }) => {
    const place = line === null ? name : `${name}:${line}:${column ?? 1}`;
    const mark = paint(terminal, level === 'error' ? 'red' : 'yellow', level);
    return `${place}: ${mark}: ${field === null ? '' : `${field}: `}${text}`;
  });
  if (!valid) return lines;
  const facts = `${from ?? '?'} → ${to ?? '?'}, ${SIGNATURES[signature ?? 'unchecked']}`;
  return [`${name}: ${paint(terminal, 'green', 'valid')}: ${facts}`, ...lines];
}
