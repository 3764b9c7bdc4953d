/** Hellos at byte level against a real daemon; 100,000 of them in tests/sweeps/hello.sweep.ts. */
import { test } from 'node:test';
import { fuzzHello } from './support/hello-fuzz.js';

const INPUTS = Number(process.env['FUZZ_HELLOS']) || 10_000;

test(`${INPUTS} hellos that are none: no crash, no hang, no growth, and honest clients get in`, async (t) => {
  await fuzzHello(t, INPUTS);
});
