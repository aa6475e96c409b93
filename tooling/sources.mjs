// Lets Node run a TypeScript program that imports workspace packages by name, from their sources:
//
//     node --import ./tooling/sources.mjs tooling/oracle/src/cli.ts
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const match = /^@armature\/([^/]+)(?:\/([^/]+))?$/.exec(specifier);
    if (match === null) return next(specifier, context);
    return next(
      new URL(`../packages/${match[1]}/src/${match[2] ?? 'index'}.ts`, import.meta.url).href,
      context,
    );
  },
});
