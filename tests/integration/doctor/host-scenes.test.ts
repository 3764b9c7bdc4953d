/** What belongs to this host: state folder, locks, sockets, address, log, clock. One thing is broken at a time. */
import { testScenes } from './scene.js';
import { HOST_SCENES } from './scenes/host.js';

testScenes(HOST_SCENES);
