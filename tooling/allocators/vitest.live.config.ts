import { defineConfig } from 'vitest/config';
import { alias } from '../../vitest.config.ts';

/** A million random calls on each allocator and each of its variants: part of `.ci/run`, not of `npm test`. */
export default defineConfig({
  resolve: { alias },
  test: {
    include: ['packages/allocator-*/test/{model,ownership}.test.ts'],
    env: { ARMATURE_ALLOCATOR_OPERATIONS: '1000000' },
  },
});
