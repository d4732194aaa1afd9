/** What these specs are run with: the oldest React that the package promises. */
import { version } from 'react';
import { version as domVersion } from 'react-dom';
import { expect, it } from 'vitest';
import { oldest } from '../../support/oldest.js';

it('React is the oldest of the peers', () => {
  expect([version, domVersion].map((each) => each.replace(/-.*/, ''))).toEqual([oldest('react'), oldest('react')]);
});
