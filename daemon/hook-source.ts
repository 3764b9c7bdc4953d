/**
 * More reports in a row of the hooks that are not heard than hooks run at once: the others are no longer
 * there, or what they report does not come through.
 */
const MAX_IGNORED = 20;

/**
 * A client with our hooks in its settings and with the plugin runs each of them twice, in any order. Of
 * one session the sort that came first is heard, so that nothing is taken for two prompts or two ends of
 * a turn, and what waits is given to one.
 */
export class HookSource {
  #plugin: boolean | undefined;
  #ignored = 0;

  /** @param plugin whether the hook is the plugin's */
  hears(plugin: boolean): boolean {
    if (this.#plugin !== undefined && this.#plugin !== plugin && this.#ignored < MAX_IGNORED) {
      this.#ignored += 1;
      return false;
    }
    this.#plugin = plugin;
    this.#ignored = 0;
    return true;
  }
}
