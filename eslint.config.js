import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What takes longer to load than all of ours. */
const HEAVY = ['@modelcontextprotocol', 'zod', 'pino', 'chokidar', 'commander'];

/** Who may not be imported from where, and what to do instead. Nothing that ships imports tests. */
const SIDES = {
  protocol: {
    folders: ['mail', 'service', 'daemon', 'shim', 'scripts', 'tests', 'bench'],
    message: 'protocol/ is the leaf: it imports node: and packages only. Move what both need here.',
  },
  service: {
    folders: ['mail', 'daemon', 'shim', 'scripts', 'tests', 'bench'],
    message:
      'service/ is what the system is asked to do with the daemon: it imports protocol/ only.',
  },
  mail: {
    folders: ['service', 'daemon', 'shim', 'scripts', 'tests', 'bench'],
    message:
      'mail/ is what daemon and command line do with the folders: it imports protocol/ only.',
  },
  daemon: {
    folders: ['shim', 'scripts', 'tests', 'bench'],
    message:
      'daemon, shim and scripts never import each other. Move what both need to protocol/ or mail/.',
  },
  shim: {
    folders: ['mail', 'service', 'daemon', 'scripts', 'tests', 'bench'],
    message:
      'daemon, shim and scripts never import each other. Move what both need to protocol/ or mail/.',
    packages: HEAVY,
  },
  scripts: {
    folders: ['daemon', 'shim', 'tests', 'bench'],
    message:
      'daemon, shim and scripts never import each other. Move what both need to protocol/ or mail/.',
  },
  'scripts/hook': {
    folders: ['mail', 'service', 'daemon', 'shim', 'tests', 'bench'],
    message:
      'daemon, shim and scripts never import each other. Move what both need to protocol/ or mail/.',
    packages: HEAVY,
  },
};
const THIN =
  'The shim and the hooks are thin: a user runs ten shims, and a hook at every tool call. This ' +
  'package would multiply their memory and start-up time. Let the daemon do it.';

/** The import rule of one side; `import()` needs a selector, the core rule sees only statements. */
function importRules({ folders, packages, message }) {
  const bans = [{ regex: `(?:^|/)\\.\\./(?:${folders.join('|')})(?:/|$)`, message }];
  if (packages) bans.push({ regex: `^(?:${packages.join('|')})(?:/|$)`, message: THIN });
  return {
    'no-restricted-imports': ['error', { patterns: bans }],
    'no-restricted-syntax': [
      'error',
      ...bans.map(({ regex, message }) => ({
        selector: `ImportExpression > Literal[value=/${regex.replaceAll('/', '\\u002F')}/]`,
        message,
      })),
      BARE_SCHEMA,
    ],
  };
}

/** A rules.json on which a schema threw ended the daemon. */
const BARE_SCHEMA = {
  selector:
    'CallExpression[callee.property.name=/^(?:safeParse|parse)$/]:not([callee.object.name=/^(?:JSON|Date)$/])',
  message: 'A schema throws on some values: use checkBy or parseBy of protocol/check-by.ts.',
};

const TEST_CALL = '/^(?:describe|it|suite|test)$/';
const IN_TESTS = [
  {
    selector: `CallExpression[callee.object.name=${TEST_CALL}][callee.property.name=/^(?:only|skip|todo)$/]`,
    message:
      "Focus hides failures. Run one file with a filter; skip at run time: t.skip('reason').",
  },
  {
    selector: `CallExpression[callee.name=${TEST_CALL}] > ObjectExpression > Property[key.name=/^(?:only|skip|todo)$/][value.value=true]`,
    message:
      "Focus hides failures. Run one file with a filter; skip at run time: t.skip('reason').",
  },
  {
    selector: "CallExpression[callee.property.name='skip'][arguments.length=0]",
    message: "Say why: t.skip('reason').",
  },
  {
    selector: "ExpressionStatement > CallExpression[callee.object][callee.property.name='test']",
    message: 'Await t.test(): a subtest that its parent does not await is cancelled.',
  },
];

export default defineConfig(
  globalIgnores(['dist/']),
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-empty-function': 'error', // `.catch(() => {})`: a comment must say why
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          // node:test waits for these by itself; for `t.test()` see IN_TESTS.
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'suite', 'test'] },
          ],
        },
      ],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/require-await': 'off', // async to satisfy an interface is no fault
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/return-await': 'error', // else `try` does not catch what it returns
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
    },
  },
  ...Object.entries(SIDES).map(([side, ban]) => ({
    files: [`${side}/**/*.ts`],
    rules: importRules(ban),
  })),
  {
    files: ['plugin/*.cjs'],
    languageOptions: {
      globals: { __dirname: 'readonly', process: 'readonly', setTimeout: 'readonly' },
    },
  },
  {
    files: ['{scripts,bench,tests,daemon/commands}/**/*.ts', 'setup.js'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['{tests,bench}/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off', // an assertion that fails is a failed test
      '@typescript-eslint/no-unsafe-argument': 'off', // what JSON.parse gave is asserted, not typed
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  { files: ['tests/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...IN_TESTS] } },
);
