#!/usr/bin/env node
import { useCompileCache } from '../protocol/compile-cache.js';
import { refuseDebugger } from '../protocol/no-debugger.js';
import { hook } from './hook/main.js';

refuseDebugger();
const [word, ...args] = process.argv.slice(2);
if (word === 'hook') {
  // Sessions wait for it at every tool call: it must not load the parser and what the rest needs.
  void hook(args).then((code) => process.exit(code));
} else {
  if (word !== 'uninstall') useCompileCache(); // it removes what is kept, and its own end would bring it back
  void import('./program.js').then(({ run }) => run());
}
