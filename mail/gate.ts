import type { Keyring } from './keyring.js';
import type { SignatureState } from './signing.js';

/** What becomes of messages that are unsigned or wrongly signed; see protocol/config.ts. */
export type SignaturePolicy = 'accept' | 'flag' | 'require';

/** What decides whether a message file is taken in. */
export interface Gate {
  keys: Keyring;
  policy: SignaturePolicy;
}

/** Why the policy refuses a message; undefined where it does not. */
export function refusalOf(signature: SignatureState, policy: SignaturePolicy): string | undefined {
  if (policy === 'accept') return undefined;
  switch (signature) {
    case 'invalid':
      return 'the signature is invalid';
    case 'unsigned':
      return policy === 'require' ? 'unsigned, and the policy is to require signatures' : undefined;
    case 'unchecked': // nobody is let in without having been looked at
      return policy === 'require' ? 'the signature could not be checked' : undefined;
    case 'verified':
      return undefined;
  }
}
