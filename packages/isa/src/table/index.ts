import type { Row } from '../types.ts';
import { addSubtractExtendedRegister } from './add-subtract-extended-register.ts';
import { addSubtractImmediate } from './add-subtract-immediate.ts';
import { addSubtractShiftedRegister } from './add-subtract-shifted-register.ts';
import { addSubtractWithCarry } from './add-subtract-with-carry.ts';
import { barriers } from './barriers.ts';
import { bitfield } from './bitfield.ts';
import { compareAndBranch } from './compare-and-branch.ts';
import { conditionalBranch } from './conditional-branch.ts';
import { conditionalCompareImmediate } from './conditional-compare-immediate.ts';
import { conditionalCompareRegister } from './conditional-compare-register.ts';
import { conditionalSelect } from './conditional-select.ts';
import { dataProcessing1Source } from './data-processing-1-source.ts';
import { dataProcessing2Source } from './data-processing-2-source.ts';
import { dataProcessing3Source } from './data-processing-3-source.ts';
import { exceptionGeneration } from './exception-generation.ts';
import { extract } from './extract.ts';
import { hints } from './hints.ts';
import { loadRegisterLiteral } from './load-register-literal.ts';
import { loadStoreExclusive } from './load-store-exclusive.ts';
import { loadStoreImmediatePost } from './load-store-immediate-post.ts';
import { loadStoreImmediatePre } from './load-store-immediate-pre.ts';
import { loadStoreNoAllocatePair } from './load-store-no-allocate-pair.ts';
import { loadStoreOrdered } from './load-store-ordered.ts';
import { loadStorePairOffset } from './load-store-pair-offset.ts';
import { loadStorePairPost } from './load-store-pair-post.ts';
import { loadStorePairPre } from './load-store-pair-pre.ts';
import { loadStoreRegisterOffset } from './load-store-register-offset.ts';
import { loadStoreUnprivileged } from './load-store-unprivileged.ts';
import { loadStoreUnscaled } from './load-store-unscaled.ts';
import { loadStoreUnsignedImmediate } from './load-store-unsigned-immediate.ts';
import { logicalImmediate } from './logical-immediate.ts';
import { logicalShiftedRegister } from './logical-shifted-register.ts';
import { moveWide } from './move-wide.ts';
import { pcRelative } from './pc-relative.ts';
import { system } from './system.ts';
import { testAndBranch } from './test-and-branch.ts';
import { unconditionalBranchImmediate } from './unconditional-branch-immediate.ts';
import { unconditionalBranchRegister } from './unconditional-branch-register.ts';

/**
 * Every row of the A64 decode table, grouped as the Arm ARM groups encodings. Among rows with one mnemonic
 * the assembler takes the first that fits the operands.
 */
export const table: readonly Row[] = [
  ...addSubtractImmediate,
  ...moveWide,
  ...logicalImmediate,
  ...bitfield,
  ...extract,
  ...pcRelative,
  ...conditionalBranch,
  ...unconditionalBranchImmediate,
  ...unconditionalBranchRegister,
  ...compareAndBranch,
  ...testAndBranch,
  ...exceptionGeneration,
  ...hints,
  ...barriers,
  ...system,
  ...loadStoreExclusive,
  ...loadStoreOrdered,
  ...loadStoreNoAllocatePair,
  ...loadStorePairPost,
  ...loadStorePairOffset,
  ...loadStorePairPre,
  ...loadStoreImmediatePost,
  ...loadStoreUnprivileged,
  ...loadStoreImmediatePre,
  ...loadStoreRegisterOffset,
  ...loadStoreUnsignedImmediate,
  ...loadStoreUnscaled,
  ...loadRegisterLiteral,
  ...dataProcessing1Source,
  ...dataProcessing2Source,
  ...dataProcessing3Source,
  ...logicalShiftedRegister,
  ...addSubtractShiftedRegister,
  ...addSubtractExtendedRegister,
  ...addSubtractWithCarry,
  ...conditionalCompareImmediate,
  ...conditionalCompareRegister,
  ...conditionalSelect,
];
