/** How a run is expected to end. */
export interface Phase3KernelScenario {
  /** What to put in /chosen bootargs (`-append` under QEMU). */
  readonly bootargs: string;
  /** What the scenario does to the kernel. */
  readonly effect: string;
  /** The line of output that shows it worked. */
  readonly expected: string;
}

/** The failure scenarios the kernel understands. Each ends in an orderly power-off. */
export const phase3KernelScenarios: readonly Phase3KernelScenario[] = [
  {
    bootargs: 'test=alloc-fail',
    effect: 'leaves five free frames, fewer than the translation tables need',
    expected: 'BOOT REFUSED: no frame left for a translation table',
  },
  {
    bootargs: 'test=pool=N',
    effect: 'leaves N free frames (0 to 4096); the tables take twelve of them and the tests the rest',
    expected: 'TESTS FAILED, when N is too small for the larger tests',
  },
  {
    bootargs: 'test=tests-alloc-fail',
    effect: 'takes every free frame before the tests: those that need memory fail, none crashes',
    expected: 'TESTS FAILED',
  },
  {
    bootargs: 'test=bad-frame',
    effect: 'asks the allocator to reserve a frame outside its pool',
    expected: 'BOOT REFUSED: cannot reserve 0x0000000041000000, code -3',
  },
  {
    bootargs: 'test=nested-fault',
    effect: 'makes the exception handler itself fault',
    expected: 'NESTED FAULT in the exception handler: current EL, SP_ELx, synchronous',
  },
  {
    bootargs: 'test=unexpected-fault',
    effect: 'reads an unmapped address with no recovery registered',
    expected: 'KERNEL PANIC: unexpected exception',
  },
  {
    bootargs: 'test=stack-overflow',
    effect: 'recurses until the stack runs into its guard page',
    expected: '  the address is in the guard page below the main stack: stack overflow',
  },
];
