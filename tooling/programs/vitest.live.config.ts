import { defineConfig } from 'vitest/config';
import { alias } from '../../vitest.config.ts';

/** Programs for Linux on our kernel and under QEMU: part of `.ci/run`, not of `npm test`. */
export default defineConfig({
  resolve: { alias },
  test: {
    include: ['tooling/programs/live/**/*.test.ts'],
    testTimeout: 600_000,
    maxConcurrency: 2,
  },
});
