import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const tooling = dirname(fileURLToPath(import.meta.url));
const root = dirname(tooling);

/** A workspace in miniature: per file, the rules that its imports break. */
const files: Readonly<Record<string, { source: string; breaks: readonly string[] }>> = {
  'packages/core/src/index.ts': { source: "export { a } from './inner.ts';", breaks: [] },
  'packages/core/src/inner.ts': { source: 'export const a = 1;', breaks: [] },
  'packages/isa/src/index.ts': { source: 'export const b = 2;', breaks: [] },
  'packages/isa/src/leaf.ts': {
    source: "import { a } from '@armature/core'; export const c = a;",
    breaks: ['leaves-import-nothing'],
  },
  'packages/mmu/src/index.ts': { source: "export { a } from '@armature/core';", breaks: [] },
  'packages/mmu/src/index.test.ts': {
    source: "import 'node:fs'; import { a } from '@armature/cpu'; export const d = a;",
    breaks: [],
  },
  'packages/memory/src/index.ts': {
    source: "export type { a } from '@armature/mmu';",
    breaks: ['components-import-contracts'],
  },
  'packages/memory/src/isa.ts': {
    source: "export { b } from '@armature/isa';",
    breaks: ['components-import-contracts'],
  },
  'packages/memory/src/inside.ts': {
    source: "export { a } from '@armature/core/src/inner';",
    breaks: ['exports-are-the-only-door'],
  },
  'packages/memory/src/path.ts': {
    source: "export { a } from '../../core/src/index.ts';",
    breaks: ['no-relative-path-into-a-package'],
  },
  'packages/memory/src/builtin.ts': {
    source: "import { readFileSync } from 'node:fs'; export const f = readFileSync;",
    breaks: ['packages-run-in-a-browser'],
  },
  'packages/memory/src/node.ts': {
    source: "import { readFileSync } from 'node:fs'; export const f = readFileSync;",
    breaks: [],
  },
  'packages/memory/src/missing.ts': {
    source: "export { x } from './nowhere.ts';",
    breaks: ['everything-resolves'],
  },
  // A cycle is reported once, at its first module.
  'packages/memory/src/odd.ts': { source: "export { even } from './even.ts';", breaks: [] },
  'packages/memory/src/even.ts': {
    source: "import { even as e } from './odd.ts'; export const even = () => e;",
    breaks: ['no-cycles'],
  },
  'packages/softfloat/src/index.ts': { source: 'export const s = 3;', breaks: [] },
  'packages/softfloat/src/core.ts': {
    source: "export { a } from '@armature/core';",
    breaks: ['leaves-import-nothing'],
  },
  'packages/cpu/src/index.ts': {
    source: "export { a } from '@armature/core'; export { b } from '@armature/isa';",
    breaks: [],
  },
  'packages/cpu/src/softfloat.ts': { source: "export { s } from '@armature/softfloat';", breaks: [] },
  'packages/cpu/src/mmu.ts': {
    source: "export { a } from '@armature/mmu';",
    breaks: ['decoders-import-isa'],
  },
  'packages/disk/src/index.ts': { source: 'export const d = 4;', breaks: [] },
  'packages/virtio/src/index.ts': { source: "export { a as v } from '@armature/core';", breaks: [] },
  'packages/virtio/src/disk.ts': {
    source: "export { d } from '@armature/disk';",
    breaks: ['components-import-contracts'],
  },
  'packages/virtio-blk/src/index.ts': {
    source: "export { v } from '@armature/virtio'; export { d } from '@armature/disk';",
    breaks: [],
  },
  'packages/virtio-blk/src/mmu.ts': {
    source: "export { a } from '@armature/mmu';",
    breaks: ['virtio-devices-import-virtio'],
  },
  'packages/linux-user/src/index.ts': { source: "export { a } from '@armature/memory';", breaks: [] },
  'packages/linux-user/src/mmu.ts': {
    source: "export { a } from '@armature/mmu';",
    breaks: ['kernels-import-the-memory-manager'],
  },
  'packages/machine/src/index.ts': { source: "export { a } from '@armature/core';", breaks: [] },
  'packages/machine/src/build.ts': {
    source: "export { a } from '@armature/cpu';",
    breaks: ['boards-choose-parts'],
  },
  'packages/machine/src/boards/virt.ts': { source: "export { a } from '@armature/cpu';", breaks: [] },
  'apps/cli/src/cli.ts': { source: "export { a } from '@armature/core';", breaks: [] },
  'apps/cli/src/inside.ts': {
    source: "export { a } from '../../../packages/core/src/index.ts';",
    breaks: ['no-relative-path-into-a-package'],
  },
};

interface Report {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

describe('dependency rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dependency-rules-'));
  const found = new Map<string, Set<string>>();

  beforeAll(() => {
    for (const [path, { source }] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), source);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'ESNext',
          moduleResolution: 'Bundler',
          paths: {
            '@armature/*/src/*': ['./packages/*/src/inner.ts'],
            '@armature/core/src/inner': ['./packages/core/src/inner.ts'],
            '@armature/*': ['./packages/*/src/index.ts'],
          },
        },
      }),
    );
    cpSync(join(tooling, 'dependency-rules.cjs'), join(folder, 'rules.cjs'));
    const depcruise = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
    const { stdout } = spawnSync(
      process.execPath,
      [depcruise, '--config', 'rules.cjs', '--output-type', 'json', 'packages', 'apps'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    const report = JSON.parse(stdout) as Report;
    for (const { from, rule } of report.summary.violations) {
      found.set(from, (found.get(from) ?? new Set()).add(rule.name));
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(Object.entries(files))('%s', (path, { breaks }) => {
    expect([...(found.get(path) ?? [])]).toEqual(expect.arrayContaining([...breaks]));
    if (breaks.length === 0) expect([...(found.get(path) ?? [])]).toEqual([]);
  });
});
