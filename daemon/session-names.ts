import { cardNames, readCard } from '../mail/card.js';

/**
 * Under which name a session id was known on this host, so that a resumed session gets its name and
 * mailbox back. Read from the agent cards once; there can be thousands.
 */
export class SessionNames {
  #names = new Map<string, string>();

  constructor(root: string, host: string) {
    for (const name of cardNames(root)) {
      const card = readCard(root, name);
      if (card?.session_id === undefined || card.host !== host) continue;
      if (card.renamed_to === undefined) this.#names.set(card.session_id, name);
    }
  }

  nameOf(sessionId: string): string | undefined {
    return this.#names.get(sessionId);
  }

  remember(sessionId: string, name: string): void {
    this.#names.set(sessionId, name);
  }
}
