/** The hello of a real daemon at byte level; fewer of them in tests/fuzz/hello.test.ts. */
import { test } from 'node:test';
import { fuzzHello } from '../fuzz/support/hello-fuzz.js';

const INPUTS = Number(process.env['FUZZ_HELLOS']) || 100_000;

test(`${INPUTS} hellos that are none: no crash, no hang, no growth`, async (t) => {
  await fuzzHello(t, INPUTS);
});
