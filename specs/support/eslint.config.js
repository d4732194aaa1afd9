/** What is linted, and how strictly. Run by `npm run lint`. */
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/**', 'build/**', 'coverage/**'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, rxjsX.configs.recommended],
    languageOptions: { parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: new URL('../..', import.meta.url).pathname } },
    rules: {
      // Numbers in messages are fine; objects aren't.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  {
    // It passes on whatever rxjs's own `subscribe` takes, in its old form too, and whatever a handler failed with.
    files: ['lib/core/reply.ts'],
    rules: { 'rxjs-x/prefer-observer': 'off', '@typescript-eslint/prefer-promise-reject-errors': 'off' },
  },
  {
    // It shows values of any kind; objects have been dealt with before `String` is called.
    files: ['lib/internal/expect.ts'],
    rules: { '@typescript-eslint/no-base-to-string': 'off' },
  },
  {
    // What is kept by slot is read by slot: that a slot is taken is known where it's read, and can't be told in types.
    files: ['lib/stores/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['specs/**/*.ts', 'specs/**/*.tsx', 'docs/**/*.ts', 'docs/**/*.tsx'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-nested-subscribe': 'off',
    },
  },
);
