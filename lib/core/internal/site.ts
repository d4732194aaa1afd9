/** Where an error belongs: read off the command it's about. */
import type { Command } from '../command.js';
import type { ErrorSite } from '../errors.js';

/** @internal */
export function siteOf({ owner, type, started }: Command): ErrorSite {
  return { store: owner.name, type, started };
}
