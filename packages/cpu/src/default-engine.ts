import type { JitOptions } from './jit/region-cache.ts';

/** What the engine `auto` is: the fastest there is. The repository's tests put another in its place. */
export const DEFAULT_ENGINE: { readonly engine: 'interpreter' | 'jit'; readonly jit: JitOptions } = {
  engine: 'jit',
  jit: {},
};
