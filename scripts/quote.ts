/** A path for a line to paste into a shell, or for a hook to run by one; bare where that is safe. */
export function quote(path: string): string {
  // A backslash is kept within quotes by every shell of Windows, and bare not by Git Bash.
  if (process.platform === 'win32') return /^[\w./:@+-]+$/.test(path) ? path : `"${path}"`;
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
