/** Bundles what sessions start; quiet unless something is wrong. */
import { rolldown } from 'rolldown';
import configs from './rolldown.config.js';

for (const { output, ...input } of configs) {
  const bundle = await rolldown(input);
  await bundle.write(output);
  await bundle.close();
}
