import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const onlyDoor = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        { group: ['@tauri-apps/*'], message: 'Only src/lib/backend talks to Tauri.' },
        { group: ['**/bindings', '**/bindings.ts'], message: 'Import types from $lib/backend instead.' },
      ],
    },
  ],
};

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/lib/bindings.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: globals.browser }, rules: onlyDoor },
  { files: ['*.js', '*.ts', 'scripts/**'], languageOptions: { globals: globals.node } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      // svelte-check and the compiler know better which locals a template uses.
      'no-undef': 'off',
      'max-lines': ['error', { max: 400 }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
    },
  },
  // The one door to Tauri.
  { files: ['src/lib/backend/**'], rules: { 'no-restricted-imports': 'off' } },
  prettier,
  ...svelte.configs.prettier,
);
