/** Mail, agents that are gone, and others who use the root. One thing is broken at a time. */
import { testScenes } from './scene.js';
import { MAIL_SCENES } from './scenes/mail.js';

testScenes(MAIL_SCENES);
