/**
 * What installs or updates cc2cc, for a shell in a clone of it. Not `npm install -g cc2cc`: no registry
 * has this package, and who takes the name there could be anybody.
 */
export const INSTALL_LINE = 'npm ci && npm run setup';
