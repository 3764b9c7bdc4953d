import type { Audience } from '../protocol/control.js';

/** Whom a broadcast reaches, without its sender: who is online first, then who was here before. */
export function audienceOf(
  from: string,
  online: readonly string[],
  listed: readonly string[],
  includeAway: boolean,
): Audience {
  const away = listed.filter((name) => name !== from && !online.includes(name));
  const names = online.filter((name) => name !== from);
  return { names: includeAway ? [...names, ...away] : names, away: includeAway ? 0 : away.length };
}
