import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/** What each room of engine/ may import, beside itself. test/layout.test.ts holds the same, found independently. */
const mayImport = {
  model: [],
  topdl: ['model'],
  allocate: ['model'],
  config: ['model', 'topdl', 'allocate'], // its codecs
  platform: ['model', 'topdl', 'allocate', 'config'],
  stage: ['model', 'topdl', 'allocate', 'config', 'platform'],
  plan: ['model', 'topdl', 'allocate', 'config', 'platform', 'stage'],
  journal: ['model', 'config', 'stage', 'plan'],
  run: ['model', 'topdl', 'allocate', 'config', 'platform', 'stage', 'plan', 'journal'],
  host: ['model', 'config', 'allocate', 'stage', 'plan', 'journal', 'run'],
  report: ['model'],
  import: ['model', 'topdl'],
  conformance: ['model', 'topdl', 'config', 'platform', 'stage', 'plan', 'journal'],
};
mayImport.cli = Object.keys(mayImport);

const rooms = Object.keys(mayImport);
const stageFiles = ['setup/**/*.ts', 'launch/**/*.ts'];
const helperFiles = ['setup/**/_*.ts', 'launch/**/_*.ts'];

const noDefault = {
  selector: 'ExportDefaultDeclaration',
  message: 'Default exports are for stages only: export by name.',
};

export default tseslint.config(
  { ignores: ['node_modules/', 'coverage/', 'test/golden/', 'test/**/fixtures/'] },
  tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess would make worse code of it
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/require-await': 'off', // an interface may ask for a promise
      '@typescript-eslint/return-await': 'error',
      '@typescript-eslint/unbound-method': 'off', // objects of functions are passed apart here
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
    },
  },
  {
    rules: {
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', noDefault],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['eslint.config.js', 'config/scaffold/**', ...helperFiles],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: stageFiles,
    ignores: helperFiles,
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Program:not(:has(ExportDefaultDeclaration))',
          message: 'A stage file exports its stage as default.',
        },
      ],
    },
  },
  {
    files: stageFiles,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!benito-pipeline$|\\./_[^/]+\\.ts$)',
              message: "A stage imports 'benito-pipeline' and its own folder's _*.ts only.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ['engine/**/*.{ts,js}'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': [
        ...rooms.map((type) => ({ type, pattern: `engine/${type}/**`, partialMatch: false })),
        { type: 'stages', pattern: ['setup/**', 'launch/**'], partialMatch: false },
      ],
      'boundaries/files': [
        { category: 'events', pattern: 'engine/run/event*.ts' },
        { category: 'api', pattern: 'engine/api.ts' },
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: [
            ...Object.entries(mayImport).map(([room, others]) => ({
              from: { element: { type: room } },
              allow: { to: { element: { types: { anyOf: [room, ...others] } } } },
            })),
            // What happened, as values: all that report/ sees.
            { from: { element: { type: 'report' } }, allow: { to: { file: { categories: 'events' } } } },
            {
              from: { file: { categories: 'api' } },
              allow: {
                to: { element: { types: { anyOf: ['model', 'allocate', 'config', 'platform', 'stage'] } } },
              },
            },
            // The API is for stages.
            {
              from: { element: { types: { anyOf: rooms.filter((room) => room !== 'cli') } } },
              disallow: { to: { file: { categories: 'api' } } },
            },
          ],
        },
      ],
    },
  },
);
