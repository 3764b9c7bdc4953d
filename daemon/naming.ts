import type { SessionFacts } from '../protocol/hello.js';
import { isName } from '../protocol/names.js';
import { claimName, claimRandom, claimWished, type Claim, type Claimer } from '../mail/claim.js';
import type { Log } from './log.js';

/**
 * The name of a session that attaches: the one that it had, by what its shim remembers or its session
 * id bears out, else the one that it wishes or the first free variant, else a random one.
 *
 * @param formerName the name under which its session id was known
 * @throws Cc2ccError E_STORE
 */
export function claimFor(
  claimer: Claimer,
  facts: SessionFacts,
  formerName: string | undefined,
  log: Log,
): Claim {
  const { attachKey, reattach, wantedName } = facts;
  for (const name of [reattach?.name, formerName]) {
    const claim = isName(name) ? claimName(claimer, name, attachKey) : undefined;
    if (claim !== undefined) return claim;
  }
  if (isName(wantedName)) return claimWished(claimer, wantedName, attachKey);
  if (wantedName !== undefined) log.warn({ wantedName }, 'the wished name breaks the name rule');
  return claimRandom(claimer, attachKey);
}
