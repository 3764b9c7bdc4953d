/**
 * The argument by which the launcher of the Claude Code plugin (plugin/launch.cjs) tells shim and hooks
 * that they are the plugin's. A variable would not do: what a session starts inherits variables.
 */
export const OF_PLUGIN = '--of-plugin';
