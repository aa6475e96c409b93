import { defineConfig } from 'vitest/config';
import { alias } from '../../vitest.config.ts';

/** Systems that boot, on Armature and on QEMU: part of `.ci/run`, not of `npm test`. */
export default defineConfig({
  resolve: { alias },
  test: {
    include: ['tooling/systems/live/**/*.test.ts'],
    testTimeout: 900_000,
    // Tests wait for other processes; more of them than this only get in each other's way.
    maxConcurrency: 2,
  },
});
