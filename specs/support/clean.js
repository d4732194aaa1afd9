/** Removes what a former build left, so that nothing stale is packed. */
import { rmSync } from 'node:fs';

rmSync(new URL('../../dist', import.meta.url), { recursive: true, force: true });
