import { defineConfig } from 'rolldown';

/**
 * The shim as one file. Every session starts one and waits for it, and most of its start-up was
 * the loading of thirty small modules: 1.7 times a bare Node process unbundled, 1.4 times bundled.
 * What it needs only to start a daemon stays in a chunk of its own.
 */
export default defineConfig({
  input: { 'cc2cc-shim': 'shim/main.ts' },
  platform: 'node',
  // The sources name their imports by what tsc makes of them.
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  external: [/^node:/, 'write-file-atomic'],
  output: {
    // Two levels below package.json and beside daemon/, like dist/shim/: paths made from
    // import.meta.url mean the same in both.
    dir: 'dist/bin',
    // CommonJS: the ES module loader and its facades of Node's own modules cost 3 of 28 ms.
    format: 'cjs',
    entryFileNames: '[name].cjs',
    sourcemap: true,
    chunkFileNames: 'shim-[name].cjs',
    banner: '/* Contains env-paths and is-safe-filename, (c) Sindre Sorhus, MIT licence. */',
  },
});
