import type { PrebuiltEntry } from './prebuilt.ts';

/**
 * The modules that this package's build made: none in the sources. The build puts another list in this file's place;
 * see `build/plugins.ts`.
 */
export const PREBUILT_MODULES: readonly PrebuiltEntry[] = [];
