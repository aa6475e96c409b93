import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { engineAlias } from './tooling/engines/test-engine.ts';
import { readmeExamplesPlugin } from './tooling/readme-examples.ts';

const packages = fileURLToPath(new URL('./packages', import.meta.url));

/** Tests resolve workspace names to sources, so they need no build. */
export const alias = [
  ...engineAlias(),
  { find: /^@armature\/([^/]+)\/(.+)$/, replacement: `${packages}/$1/src/$2.ts` },
  { find: /^@armature\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
];

export default defineConfig({
  plugins: [readmeExamplesPlugin()],
  resolve: { alias },
  test: {
    include: ['{packages,apps,tooling}/*/{src,test}/**/*.test.ts', 'examples/*.test.ts', 'tooling/*.test.ts'],
    testTimeout: 60_000,
    // On two processors Vitest would use one.
    maxWorkers: '100%',
  },
});
