import type { Config } from '../protocol/config.js';
import { bearerByFiles, type BearerOf } from './bearer.js';
import type { Message } from '../protocol/envelope.js';
import { acquaintanceOf } from './acquaintance.js';
import { registryOf } from './directory.js';
import { Keyring } from './keyring.js';
import type { SignatureState } from './signing.js';
import { standingOf, trustSubjectOf, turnedAway, type StandingOf } from './standing.js';
import { trustByFiles } from './trust-by-files.js';

/** What becomes of messages that are unsigned or wrongly signed; see protocol/config.ts. */
export type SignaturePolicy = 'accept' | 'flag' | 'require';

/** What decides whether a message file is taken in. */
export interface Gate {
  keys: Keyring;
  policy: SignaturePolicy;
  /** Whose name nobody else may use. */
  bearer: BearerOf;
  /** What the user has said of who writes to whom. */
  standing: StandingOf;
}

/** What the gate looks at in a message file. */
export interface AtGate {
  message: Message;
  signature: SignatureState;
  /** Epoch milliseconds at which the file was changed last, whatever it says of itself. */
  changedAt: number;
}

/** The gate of those who know what the files tell. */
export function gateByFiles(
  root: string,
  { signatures, encrypt, newSenders }: Pick<Config, 'signatures' | 'encrypt' | 'newSenders'>,
): Gate {
  const keys = new Keyring(root, { encrypt });
  const trust = trustByFiles(root);
  const acquaintance = acquaintanceOf(registryOf(root), keys);
  return {
    keys,
    policy: signatures,
    bearer: (name) => bearerByFiles(root, name),
    standing: (subject, to) => standingOf(trust(), newSenders, acquaintance, subject, to),
  };
}

/** Why a message file is not let in by this recipient; undefined where it is, also where it is held. */
export function refusalAt(gate: Gate, file: AtGate, to: string): string | undefined {
  return (
    refusalOf(file.signature, gate.policy) ??
    impostureOf(file, gate) ??
    turnedAwayAt(gate, file, to)
  );
}

/** Why its sender may not write to this recipient. */
export function turnedAwayAt(
  { standing }: Gate,
  { message, signature }: Pick<AtGate, 'message' | 'signature'>,
  to: string,
): string | undefined {
  return turnedAway(standing(trustSubjectOf(message, signature), to), message.from, to);
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

/**
 * What a session sends is signed by its daemon, so a file that is not cannot be from it. One that lay
 * there before the session had the name is of somebody who was called so then.
 */
export function impostureOf(
  { message: { from }, signature, changedAt }: AtGate,
  { policy, bearer }: Gate,
): string | undefined {
  if (policy === 'accept' || signature === 'verified') return undefined;
  const session = bearer(from);
  if (session === undefined || changedAt < session.since) return undefined;
  const fault = signature === 'unsigned' ? 'unsigned' : 'a signature that could not be checked';
  return `${fault}, and it claims to be from ${from}, a session that is attached and signs what it sends`;
}
