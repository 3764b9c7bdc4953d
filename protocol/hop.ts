/** What daemon and shim say to each other between the lines of MCP; see docs/architecture.md. */

/** `cc2cc/push`, a request of the daemon: write a text to the session's own socket. */
export interface HopPush {
  content: string;
  /** The messages that it shows in full; the shim remembers them for its next hello. */
  ids: string[];
}

/** The shim's answer. A socket that cannot be written to is an error answer instead. */
export interface HopPushed {
  /** False: the client would drop it, since too many came lately. */
  written: boolean;
  /** Milliseconds until the client takes another one. */
  nextMs: number;
}
