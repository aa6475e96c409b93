/** A family of instructions that is not implemented. */
export interface Family {
  readonly name: string;
  readonly what: string;
  readonly reason: string;
  /** Features of the rows that the decode table has of it, by their beginning; undefined when it has none. */
  readonly rowsOf?: string;
}

const NO_CALLER = 'no compiler emits it unless told to, and software asks the identification registers first';

/** @spec DDI 0487, The A64 instruction set; Armv8 and Armv9 architecture extensions */
export const FAMILIES: readonly Family[] = [
  {
    name: 'FEAT_MTE, FEAT_MTE2',
    what: 'memory tagging',
    reason:
      'a tag for every 16 bytes of memory, checked at every access, would cost the fast path of all loads and stores; software runs without',
    rowsOf: 'FEAT_MTE',
  },
  {
    name: 'FEAT_SVE, FEAT_SVE2',
    what: 'scalable vectors and predicates',
    reason:
      'some 800 encodings whose state does not fit into the 128-bit vectors of WebAssembly; the CPUs that are modelled have none, and software falls back to Advanced SIMD',
  },
  {
    name: 'FEAT_SME',
    what: 'matrix tiles, streaming SVE',
    reason: 'builds on SVE',
  },
  {
    name: 'FEAT_RME',
    what: 'realms: a fourth security state',
    reason: 'needs EL3 and granule protection checks; there are EL0 and EL1 here',
  },
  {
    name: 'FEAT_NV, FEAT_VHE, AArch32',
    what: 'hypervisors and 32-bit state',
    reason: 'there are EL0 and EL1 in AArch64 state only',
  },
  {
    name: 'FEAT_TME',
    what: 'transactional memory',
    reason: 'withdrawn from products; software must work without',
  },
  {
    name: 'FEAT_LS64',
    what: '64-byte loads and stores to accelerators',
    reason: 'no device here takes them',
  },
  { name: 'FEAT_MOPS', what: 'memory copy and set', reason: NO_CALLER },
  { name: 'FEAT_WFxT', what: 'WFE and WFI with a timeout', reason: NO_CALLER },
  {
    name: 'FEAT_CSSC, FEAT_HBC, FEAT_THE, FEAT_LSE128, FEAT_LRCPC3',
    what: 'Armv8.9 and Armv9.4 integer, branch and atomic instructions',
    reason: NO_CALLER,
  },
  {
    name: 'FEAT_D128, FEAT_SYSREG128',
    what: '128-bit translation tables and system registers',
    reason: 'no operating system needs them',
  },
  { name: 'FEAT_GCS', what: 'guarded control stacks', reason: NO_CALLER },
  {
    name: 'FEAT_FP8, FEAT_FAMINMAX, FEAT_LUT',
    what: '8-bit floating point and table look-ups of Armv9.5',
    reason: NO_CALLER,
  },
];
