#!/usr/bin/env node
import { hook } from './hook/main.js';

const [word, ...args] = process.argv.slice(2);
if (word === 'hook') {
  // Sessions wait for it at every tool call: it must not load the parser and what the rest needs.
  void hook(args).then((code) => process.exit(code));
} else {
  void import('./program.js').then(({ run }) => run());
}
