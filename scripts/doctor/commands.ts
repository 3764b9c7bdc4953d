import { INSTALL_LINE } from '../../protocol/install-line.js';

/** The lines that mend what doctor does not mend itself: said in one place, since several checks say them. */
export const START = 'cc2cc-daemon start';
export const RESTART = 'cc2cc-daemon restart';
export const INIT = 'cc2cc init';
export const REGISTER = 'cc2cc init --register';
export const INSTALL_HOOKS = 'cc2cc init --hooks';
export const CLEANUP = 'cc2cc cleanup';
export const REINSTALL = `${INSTALL_LINE} # in the newest clone of cc2cc`;
export const INSTALL_SERVICE = 'cc2cc-daemon install';
export const INSTALL_CLAUDE = 'npm install --global @anthropic-ai/claude-code';
