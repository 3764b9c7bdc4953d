import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Cc2ccError, storeError } from '../protocol/errors.js';

/** Stands in every template, in a comment: by it we know our files again. */
const MARK = 'Written by cc2cc-daemon install';

/** A bundle lies as deep below the package as this file, so the path means the same in both. */
const TEMPLATES = new URL('../../service-templates/', import.meta.url);

const PLACE = /@([a-z][A-Za-z]*)@/g;

/**
 * The text of a template with its places (`@node@`) filled. Values are taken as they are: escape them
 * for the form of the file, see escape.ts. A line with nothing but a place goes when the value is empty.
 *
 * @param file below `service-templates/`, such as `linux/cc2cc-daemon.service`
 * @throws Cc2ccError E_STORE when the file is missing, E_INTERNAL when places and values differ
 */
export function renderTemplate(file: string, values: Readonly<Record<string, string>>): string {
  return fillPlaces(readTemplate(file), values, file);
}

/** The same for a text; `what` names it in errors. */
export function fillPlaces(
  text: string,
  values: Readonly<Record<string, string>>,
  what: string,
): string {
  const unused = new Set(Object.keys(values));
  const valueOf = (name: string): string => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Cc2ccError('E_INTERNAL', `${what}: no value for @${name}@.`);
    unused.delete(name);
    return value;
  };
  const lines = text.split('\n').flatMap((line) => {
    const alone = /^\s*@([a-z][A-Za-z]*)@\s*$/.exec(line)?.[1];
    if (alone !== undefined && valueOf(alone) === '') return [];
    // One pass: a value that looks like a place stays what it is.
    return [line.replace(PLACE, (_place, name: string) => valueOf(name))];
  });
  const [left] = unused;
  if (left !== undefined)
    throw new Cc2ccError('E_INTERNAL', `${what}: there is no place @${left}@.`);
  return lines.join('\n');
}

/** Whether a file was written from one of our templates, in UTF-8 or UTF-16. */
export function isOurs(present: Buffer): boolean {
  return present.includes(MARK) || present.includes(Buffer.from(MARK, 'utf16le'));
}

function readTemplate(file: string): string {
  const path = fileURLToPath(new URL(file, TEMPLATES));
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw storeError('read the template', path, error);
  }
}
