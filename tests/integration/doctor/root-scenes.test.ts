/** Settings, rules, and the bridge root with what lies in it. One thing is broken at a time. */
import { testScenes } from './scene.js';
import { ROOT_SCENES } from './scenes/root.js';

testScenes(ROOT_SCENES);
