/** Bundles what sessions start; quiet unless something is wrong. */
import { chmodSync, readFileSync } from 'node:fs';
import { URL } from 'node:url';
import { rolldown } from 'rolldown';
import configs from './rolldown.config.js';

for (const { output, ...input } of configs) {
  const bundle = await rolldown(input);
  await bundle.write(output);
  await bundle.close();
}

// npm does so only when it links them: a dist that is made anew would leave links that cannot run.
const { bin } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
for (const path of Object.values(bin)) chmodSync(new URL(path, import.meta.url), 0o755);
