/** Claude Code: the program, the registration, the hooks. One thing is broken at a time. */
import { testScenes } from './scene.js';
import { CLAUDE_SCENES } from './scenes/claude.js';

testScenes(CLAUDE_SCENES);
