import { Cc2ccError } from '../protocol/errors.js';

/**
 * A word of a Windows command line, as the C runtime of what is started takes it apart: a backslash
 * counts for itself, but before a quote.
 *
 * @throws Cc2ccError E_PATH for a quote, which no path has, and which the launcher could not hand on
 */
export function windowsWord(text: string): string {
  if (text.includes('"')) {
    throw new Cc2ccError('E_PATH', `A task cannot be given a quote: ${text}`);
  }
  // WScript.Shell replaces %NAME% by a variable of that name.
  if (/%[^%\\/:]+%/.test(text)) {
    throw new Cc2ccError('E_PATH', `A task cannot be given a path with a variable in it: ${text}`, {
      hint: 'Choose a folder without % in its name.',
    });
  }
  return `"${text}${/\\*$/.exec(text)?.[0] ?? ''}"`;
}

/** What is read by programs of Windows: UTF-16 with its mark, and its line ends. */
export function windowsText(text: string): Buffer {
  return Buffer.from(`\uFEFF${text.replaceAll(/\r?\n/g, '\r\n')}`, 'utf16le');
}
