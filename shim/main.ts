#!/usr/bin/env node
import { refuseDebugger } from '../protocol/no-debugger.js';
import { answerToOptions, TTY_NOTICE } from './options.js';
import { serve } from './serve.js';

refuseDebugger();
const answer = answerToOptions(process.argv.slice(2));
if (answer === undefined) {
  if (process.stdin.isTTY) process.stderr.write(TTY_NOTICE);
  void serve(); // for as long as the client lives
} else {
  if (answer.stdout !== undefined) process.stdout.write(answer.stdout);
  if (answer.stderr !== undefined) process.stderr.write(answer.stderr);
  process.exitCode = answer.code;
}
