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

const inFormat = "Times are the lot's: write, read and count them with $lib/ui/format (R55).";
const ownTime = [
  {
    selector:
      'MemberExpression[property.name=/^((get|set)(Hours|Minutes|Seconds|Date|Day|Month|FullYear)|getTimezoneOffset|toLocale(Date|Time)?String|to(Date|Time)String)$/]',
    message: inFormat,
  },
  {
    selector: "MemberExpression[object.name='Intl'][property.name=/^(DateTimeFormat|RelativeTimeFormat)$/]",
    message: inFormat,
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length>1]", message: inFormat },
  {
    selector: "SvelteAttribute[key.name='type'] > SvelteLiteral[value=/^(date|time|datetime-local|month|week)$/]",
    message: 'A browser writes this field in its own form: use DateField.',
  },
];

// WebKit ends a word before it tells the Enter that ended it: only `composes` knows.
const ownKeys = [
  {
    selector:
      "MemberExpression[property.name='isComposing'], Property[key.name='isComposing'][parent.type='ObjectPattern']",
    message: 'Ask `composes` of $lib/ui/keys: isComposing is false for the Enter that ends a word in WebKit.',
  },
];

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
      'max-lines': ['error', { max: 700 }],
      'no-eval': 'error',
      'no-restricted-syntax': ['error', ...ownKeys],
      'no-implied-eval': 'error',
    },
  },
  // The one file that knows calendar and clock: everything else says which moment it means (R55).
  {
    files: ['src/**'],
    ignores: ['src/lib/ui/format.ts', 'src/lib/ui/zone.svelte.ts'],
    rules: { 'no-restricted-syntax': ['error', ...ownKeys, ...ownTime] },
  },
  // The one door to Tauri.
  { files: ['src/lib/backend/**'], rules: { 'no-restricted-imports': 'off' } },
  prettier,
  ...svelte.configs.prettier,
);
