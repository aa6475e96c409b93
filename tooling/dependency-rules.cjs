/**
 * Which way imports may point. Run by `pnpm check:dependencies`; `tooling/dependency-rules.test.ts` shows that
 * each rule catches its violation.
 */

/** Tests may import anything that a user could; everything else is held to the rules. */
const tests = '\\.test\\.ts$|\\.bench\\.ts$|/test/|/contract\\.ts$';

/** Leaves: they import nothing of ours. */
const leaves = '(core|isa|fdt|softfloat|wasm-assembler)';

/** Packages that decode or assemble instructions. */
const decoders = '(cpu|phase3-kernel)';

/** Parts with alternatives: only a board, or the table of part names of the JSON form, may choose one. */
const concreteParts =
  '(cpu|mmu|exceptions|psci|memory|allocator|phase3-kernel|gdb|virtio|(device|allocator|virtio)-[^/]+)';
const choosers = '^packages/machine/src/(boards/|json/part-registry\\.ts$)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'leaves-import-nothing',
      comment: 'core, isa, fdt, softfloat and wasm-assembler are leaves: they import nothing of ours.',
      severity: 'error',
      from: { path: `^packages/${leaves}/src/`, pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/$1/' },
    },
    {
      name: 'components-import-contracts',
      comment: 'A component consumes the contracts of core, never another component; some make WebAssembly.',
      severity: 'error',
      from: {
        path: '^packages/([^/]+)/src/',
        pathNot: [`^packages/(${leaves}|${decoders}|machine|linux-user|virtio-[^/]+)/`, tests],
      },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/(core|wasm-assembler)/'] },
    },
    {
      name: 'kernels-import-the-memory-manager',
      comment:
        'The Linux-compatible kernel stands on the memory manager and on contracts, on nothing else of ours.',
      severity: 'error',
      from: { path: '^packages/linux-user/src/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/(linux-user|core|memory)/' },
    },
    {
      name: 'virtio-devices-import-virtio',
      comment:
        'A virtio device imports queues and features from virtio, and what a disk is; no transport of its own.',
      severity: 'error',
      from: { path: '^packages/(virtio-[^/]+)/src/', pathNot: tests },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/(core|virtio|disk)/'] },
    },
    {
      name: 'decoders-import-isa',
      comment: 'A component that decodes instructions imports leaves, nothing else of ours.',
      severity: 'error',
      from: { path: `^packages/${decoders}/src/`, pathNot: tests },
      to: { path: '^packages/', pathNot: ['^packages/$1/', `^packages/${leaves}/`] },
    },
    {
      name: 'boards-choose-parts',
      comment: 'The machine builder knows contracts; concrete parts are chosen in boards/.',
      severity: 'error',
      from: { path: '^packages/machine/src/', pathNot: [choosers, tests] },
      to: { path: `^packages/${concreteParts}/` },
    },
    {
      name: 'exports-are-the-only-door',
      comment: 'Another package is imported by name, through its exports.',
      severity: 'error',
      from: { path: '^(?:packages|apps|tooling)/([^/]+)/' },
      to: {
        path: '^(packages|apps)/',
        pathNot: ['^(packages|apps)/$1/', '^packages/[^/]+/src/(index|node|contract)\\.ts$'],
      },
    },
    {
      name: 'no-relative-path-into-a-package',
      comment: 'Another package is imported by name, not by a path.',
      severity: 'error',
      from: { path: '^(?:packages|apps)/([^/]+)/' },
      to: {
        path: '^(packages|apps|tooling)/',
        pathNot: '^(packages|apps)/$1/',
        dependencyTypesNot: ['aliased'],
      },
    },
    {
      name: 'packages-run-in-a-browser',
      comment: "Node's built-ins appear only behind a package's ./node entry.",
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: ['^packages/[^/]+/src/node\\.ts$', tests] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'Modules form no cycle, other than through types.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'dependencies-are-declared',
      comment: 'What a package or app imports is in its package.json.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: tests },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.|fixtures|coverage)(/|$)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'types', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
