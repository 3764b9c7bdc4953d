/** Bundles the shim; quiet unless something is wrong. */
import { rolldown } from 'rolldown';
import config from './rolldown.config.js';

const { output, ...input } = config;
const bundle = await rolldown(input);
await bundle.write(output);
await bundle.close();
