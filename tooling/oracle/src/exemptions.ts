import { type Row, table } from '@armature/isa';
import { ALLOWANCES } from './compare.ts';
import { AVOIDANCES, EXCLUSIONS } from './exclusions.ts';
import { POINTER_AVOIDANCES } from './pointers/generate.ts';
import { POINTER_ALLOWANCES } from './pointers/suite.ts';
import type { SuiteName } from './suite.ts';
import { suiteOf } from './suites.ts';
import { USER_ALLOWANCES } from './user/compare.ts';

/** Something that the comparison leaves out, with the rows that it is about. */
export interface Exemption {
  readonly kind: 'no case has it' | 'may differ';
  readonly reason: string;
  readonly rows: readonly Row[];
}

interface Source {
  readonly kind: Exemption['kind'];
  readonly suites: readonly SuiteName[];
  readonly list: readonly { readonly reason: string; readonly rows: (row: Row) => boolean }[];
}

const SOURCES: readonly Source[] = [
  { kind: 'no case has it', suites: ['system', 'user'], list: EXCLUSIONS },
  { kind: 'no case has it', suites: ['system', 'user'], list: AVOIDANCES },
  { kind: 'no case has it', suites: ['pointers'], list: POINTER_AVOIDANCES },
  { kind: 'may differ', suites: ['system'], list: ALLOWANCES },
  { kind: 'may differ', suites: ['user'], list: USER_ALLOWANCES },
  { kind: 'may differ', suites: ['pointers'], list: POINTER_ALLOWANCES },
];

/** All exemptions, from the lists that the comparison itself uses. */
export const EXEMPTIONS: readonly Exemption[] = SOURCES.flatMap(({ kind, suites, list }) =>
  list.map(({ reason, rows }) => {
    const compared = table.filter((row) => suites.some((suite) => suite === suiteOf(row.id)));
    return { kind, reason, rows: compared.filter(rows) };
  }),
);

/** What a suite can't see, or leaves to others. */
export const NOT_COMPARED: Readonly<Record<SuiteName, readonly string[]>> = {
  system: [
    'V registers, FPCR and FPSR: no row of the suite has to do with them',
    'whether the stack pointer is aligned (SCTLR_EL1.SA): tests of the CPU check it',
  ],
  user: [
    'the syndrome of a fault, so also ESR_ELx.WnR of an atomic that fails to read: a signal tells a process only the kind of fault and the address',
    'what a faulting instruction leaves in registers and memory that it was to change, which is UNKNOWN: ours must leave V registers as they were',
    'the tag of a fault address, which Linux takes away, and addresses outside the half of processes, which QEMU is not told',
    'exception levels above EL0: traps of FP and SIMD have tests of their own',
  ],
  pointers: [
    'execution at EL0, and translation: the MMU is off, so that all sizes of addresses can be tried',
    "the algorithm is QARMA5; the CPU's own fast algorithm has no counterpart in QEMU and has tests of its own",
  ],
};
