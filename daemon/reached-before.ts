import { currentName, knownNames } from '../mail/directory.js';
import { originId, wasAccepted, type RequestOrigin } from './dispatch.js';
import type { Office } from './office.js';

/**
 * Whom a request to everybody has reached already: one whose daemon has ended comes again, and by then
 * agents have come, left or taken other names.
 *
 * @returns by the name of now, the name that the message was sent to, which its id is derived from
 */
export function reachedBefore(office: Office, origin: RequestOrigin): Map<string, string> {
  const reached = new Map<string, string>();
  // A shim that was never attached before has asked nobody else; without a stamp ids are new ones.
  if (origin.session.facts.reattach === undefined || origin.stamp === undefined) return reached;
  for (const name of knownNames(office)) {
    const current = currentName(office, name);
    if (wasAccepted(office, current, originId(origin, name))) reached.set(current, name);
  }
  return reached;
}
