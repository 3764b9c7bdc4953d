import { defineConfig } from 'rolldown';

/** Of what may be in the files; their licences ask for it. */
const LICENCES = `/* Contains env-paths, is-safe-filename, string-width and what it needs (c) Sindre Sorhus; commander (c) TJ Holowaychuk;
zod (c) Colin McDonnell; jsonc-parser (c) Microsoft; uuid (c) its contributors: MIT licence. write-file-atomic (c) Rebecca Turner,
signal-exit (c) Ben Coe and others: ISC licence. canonicalize (c) Samuel Erdtman: Apache-2.0. */`;

/**
 * What a session starts and waits for, as one file each: the shim, and `cc2cc` for its hooks, which
 * run at every tool call. Most of their start-up was the loading of thirty small modules: the shim
 * took 1.7 times a bare Node process unbundled, and takes 1.4 times bundled. What the shim needs
 * only to start a daemon stays in a chunk of its own.
 */
const bundle = (
  name,
  entry,
  { external = [], plugins = [], minify = false, groups = [] } = {},
) => ({
  input: { [name]: entry },
  platform: 'node',
  // The sources name their imports by what tsc makes of them.
  resolve: {
    extensionAlias: { '.js': ['.ts', '.js'] },
    // Its main file finds its parts by a `require` that no bundler can see through.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  },
  external: [/^node:/, ...external],
  plugins,
  // External files lie beside the bundle's folder as they do beside the source's.
  makeAbsoluteExternalsRelative: false,
  output: {
    // Two levels below package.json and beside daemon/, like dist/shim/: paths made from
    // import.meta.url mean the same in both.
    dir: 'dist/bin',
    // CommonJS: the ES module loader and its facades of Node's own modules cost 3 of 28 ms.
    format: 'cjs',
    dynamicImportInCjs: false,
    entryFileNames: '[name].cjs',
    sourcemap: true,
    minify,
    codeSplitting: { groups },
    chunkFileNames: `${name.replace('cc2cc-', '')}-[name].cjs`,
    banner: LICENCES,
  },
});

/**
 * The commands are a bundle of their own, in chunks: with the parser and the schemas a command takes
 * 2.2 times a bare Node process, as ES modules one by one it took 4.5 times. Were they in the bundle of
 * the hooks, what both use would be cut out of that into chunks, and hooks would load ten files.
 */
const program = {
  name: 'program',
  resolveId: (id) => (id === './program.js' ? { id: './program.cjs', external: true } : null),
};

/**
 * What several commands share is in three chunks, what needs schemas, what does not, and what is known of
 * Claude Code's own files: as chunks by who shares what, a command loaded fifty of them, and each costs
 * more to find and compile than its code.
 */
const shared = {
  debugName: 'shared',
  minShareCount: 2,
  name: (id, graph) => {
    if (/[\\/](?:jsonc-parser|scripts[\\/]claude)[\\/]/.test(id)) return 'setup';
    return reaches(id, /[\\/]node_modules[\\/]zod[\\/]/, graph) ? 'mail' : 'base';
  },
};

/** Whether a module is, or loads at its start, one whose path matches. */
function reaches(id, pattern, graph, seen = new Set()) {
  if (pattern.test(id)) return true;
  seen.add(id);
  const imported = graph.getModuleInfo(id)?.importedIds ?? [];
  return imported.some((next) => !seen.has(next) && reaches(next, pattern, graph, seen));
}

export default defineConfig([
  bundle('cc2cc-shim', 'shim/main.ts', { external: ['write-file-atomic'] }),
  bundle('cc2cc', 'scripts/main.ts', { plugins: [program] }),
  bundle('program', 'scripts/program.ts', { minify: true, groups: [shared] }), // each saves a tenth
  bundle('string-width', 'string-width'), // see protocol/text-width.ts
]);
