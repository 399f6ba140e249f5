import { packageRoot } from '../../engine/config/package-root.ts';

/** The throw-away hosts of the conformance kit are those of the tests. */
export { IMAGE_CACHE, commandOf, throwAwayHost } from '../../engine/conformance/host.ts';
export type { Host, Snapshot } from '../../engine/conformance/host.ts';
export { failed, until } from '../../engine/conformance/running.ts';
export type { Ended, RunOptions, Running } from '../../engine/conformance/running.ts';

/** The clone that is tested. */
export const ROOT = packageRoot();
