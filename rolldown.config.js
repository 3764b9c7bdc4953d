import { defineConfig } from 'rolldown';

/**
 * What a session starts and waits for, as one file each: the shim, and `cc2cc` for its hooks, which
 * run at every tool call. Most of their start-up was the loading of thirty small modules: the shim
 * took 1.7 times a bare Node process unbundled, and takes 1.4 times bundled. What the shim needs
 * only to start a daemon stays in a chunk of its own.
 */
const bundle = (name, entry, external) => ({
  input: { [name]: entry },
  platform: 'node',
  // The sources name their imports by what tsc makes of them.
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  external: [/^node:/, ...external],
  // External files lie beside the bundle's folder as they do beside the source's.
  makeAbsoluteExternalsRelative: false,
  output: {
    // Two levels below package.json and beside daemon/, like dist/shim/: paths made from
    // import.meta.url mean the same in both.
    dir: 'dist/bin',
    // CommonJS: the ES module loader and its facades of Node's own modules cost 3 of 28 ms.
    format: 'cjs',
    entryFileNames: '[name].cjs',
    sourcemap: true,
    chunkFileNames: `${name.replace('cc2cc-', '')}-[name].cjs`,
    banner: '/* Contains env-paths and is-safe-filename, (c) Sindre Sorhus, MIT licence. */',
  },
});

export default defineConfig([
  bundle('cc2cc-shim', 'shim/main.ts', ['write-file-atomic']),
  // All commands but the hooks are ES modules as tsc made them: nobody waits for those.
  bundle('cc2cc', 'scripts/main.ts', ['../scripts/program.js']),
]);
