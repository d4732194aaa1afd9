/** The oldest versions of what users bring along. */
import manifest from '../../package.json' with { type: 'json' };

/** The oldest version of a peer that package.json allows: of `>=18` it's `18.0.0`. */
export const oldest = (peer: keyof typeof manifest.peerDependencies): string =>
  [...manifest.peerDependencies[peer].replace(/^\D*/, '').split('.'), '0', '0'].slice(0, 3).join('.');
