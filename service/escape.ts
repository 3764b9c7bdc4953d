import { Cc2ccError } from '../protocol/errors.js';

/**
 * Texts in the forms of the files that service managers read. Each reads back as the same text; what
 * the form cannot hold is refused. Line breaks and other control characters are, everywhere: no path
 * needs one, and in a unit file the rest of the line would be an order of its own.
 */

/** One word of a systemd unit's `Environment=`, or the program of an `ExecStart=`. */
export function systemdWord(text: string): string {
  return `"${plain(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}

/** An argument of `ExecStart=`, where `$` would begin a variable; not so in the program's own path. */
export function systemdArgument(text: string): string {
  return systemdWord(text).replaceAll('$', () => '$$');
}

/** The whole right side of a setting that takes one path: quotes mean nothing there. */
export function systemdPath(text: string): string {
  if (text.trim() !== text || text.endsWith('\\')) {
    throw new Cc2ccError('E_PATH', `A unit file cannot hold this path: "${text}".`, {
      hint: 'It must not begin or end with a blank, or end with a backslash: install cc2cc elsewhere.',
    });
  }
  return plain(text).replaceAll('%', '%%');
}

const XML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text or an attribute's value in XML. */
export function xmlText(text: string): string {
  // XML 1.0 has no way to write these two, not even as a reference.
  if (/[\uFFFE\uFFFF]/.test(text)) refuse(text);
  return plain(text).replaceAll(/[&<>"']/g, (sign) => XML[sign] ?? sign);
}

/** A string literal of VBScript. */
export function vbsString(text: string): string {
  return `"${plain(text).replaceAll('"', '""')}"`;
}

/** A word for a POSIX shell. */
export function shWord(text: string): string {
  return `'${plain(text).replaceAll("'", `'\\''`)}'`;
}

function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- it is these that are looked for
  if (/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/.test(text) || !text.isWellFormed()) refuse(text);
  return text;
}

function refuse(text: string): never {
  throw new Cc2ccError(
    'E_PATH',
    `A service cannot be given a line break or another control character: ${JSON.stringify(text)}.`,
    { hint: 'Choose a folder without such characters in its name.' },
  );
}
