/**
 * Versions as semver.org 2.0.0 has them. A number without leading zeros, and parts of a pre-release
 * that may be words; what follows a `+` tells builds apart and not which is newer.
 */
const NUMBER = '(?:0|[1-9]\\d*)';
const PART = `(?:${NUMBER}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const VERSION = new RegExp(
  `^(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})(?:-(${PART}(?:\\.${PART})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

/** The hello allows no longer one. */
const MAX_CHARS = 100;

/** Whether a version is newer than another. Never where one of them is no version. */
export function isNewer(version: string, than: string): boolean {
  return (compareVersions(version, than) ?? 0) > 0;
}

/**
 * Compares as semver does: pre-releases before their release, numbers as numbers.
 *
 * @returns below, above or exactly 0; undefined where one of them is no version
 */
export function compareVersions(one: string, other: string): number | undefined {
  const [a, b] = [parse(one), parse(other)];
  if (a === undefined || b === undefined) return undefined;
  const byRelease = firstDifference(a.release, b.release);
  if (byRelease !== 0) return byRelease;
  // None at all is the release itself, which comes after all its pre-releases.
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  return firstDifference(a.pre, b.pre);
}

interface Version {
  release: string[];
  pre: string[];
}

function parse(text: string): Version | undefined {
  if (text.length > MAX_CHARS) return undefined;
  const [found, major = '', minor = '', patch = '', pre] = VERSION.exec(text) ?? [];
  if (found === undefined) return undefined;
  return { release: [major, minor, patch], pre: pre?.split('.') ?? [] };
}

/** The longer one is greater where all that both have is the same. */
function firstDifference(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const difference = compareParts(part, other);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Numbers come before words, and are as long as they are great: no leading zeros. */
function compareParts(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  if (isNumber && a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
