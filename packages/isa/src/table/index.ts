import type { Row } from '../types.ts';
import { addSubtractExtendedRegister } from './add-subtract-extended-register.ts';
import { addSubtractImmediate } from './add-subtract-immediate.ts';
import { addSubtractShiftedRegister } from './add-subtract-shifted-register.ts';
import { addSubtractWithCarry } from './add-subtract-with-carry.ts';
import { advsimdAcrossLanes } from './advsimd-across-lanes.ts';
import { advsimdCopy } from './advsimd-copy.ts';
import { advsimdExtract } from './advsimd-extract.ts';
import { advsimdLoadStoreMultipleStructures } from './advsimd-load-store-multiple-structures.ts';
import { advsimdLoadStoreMultipleStructuresPost } from './advsimd-load-store-multiple-structures-post.ts';
import { advsimdLoadStoreSingleStructure } from './advsimd-load-store-single-structure.ts';
import { advsimdLoadStoreSingleStructurePost } from './advsimd-load-store-single-structure-post.ts';
import { advsimdModifiedImmediate } from './advsimd-modified-immediate.ts';
import { advsimdPermute } from './advsimd-permute.ts';
import { advsimdScalarCopy } from './advsimd-scalar-copy.ts';
import { advsimdScalarPairwise } from './advsimd-scalar-pairwise.ts';
import { advsimdScalarShiftByImmediate } from './advsimd-scalar-shift-by-immediate.ts';
import { advsimdScalarThreeDifferent } from './advsimd-scalar-three-different.ts';
import { advsimdScalarThreeSame } from './advsimd-scalar-three-same.ts';
import { advsimdScalarThreeSameExtra } from './advsimd-scalar-three-same-extra.ts';
import { advsimdScalarThreeSameFp16 } from './advsimd-scalar-three-same-fp16.ts';
import { advsimdScalarTwoRegisterMisc } from './advsimd-scalar-two-register-misc.ts';
import { advsimdScalarTwoRegisterMiscFp16 } from './advsimd-scalar-two-register-misc-fp16.ts';
import { advsimdScalarXIndexedElement } from './advsimd-scalar-x-indexed-element.ts';
import { advsimdShiftByImmediate } from './advsimd-shift-by-immediate.ts';
import { advsimdTableLookup } from './advsimd-table-lookup.ts';
import { advsimdThreeDifferent } from './advsimd-three-different.ts';
import { advsimdThreeSame } from './advsimd-three-same.ts';
import { advsimdThreeSameExtra } from './advsimd-three-same-extra.ts';
import { advsimdThreeSameFp16 } from './advsimd-three-same-fp16.ts';
import { advsimdTwoRegisterMisc } from './advsimd-two-register-misc.ts';
import { advsimdTwoRegisterMiscFp16 } from './advsimd-two-register-misc-fp16.ts';
import { advsimdVectorXIndexedElement } from './advsimd-vector-x-indexed-element.ts';
import { atomicMemory } from './atomic-memory.ts';
import { barriers } from './barriers.ts';
import { barriersExtensions } from './barriers-extensions.ts';
import { bitfield } from './bitfield.ts';
import { compareAndBranch } from './compare-and-branch.ts';
import { compareAndSwap } from './compare-and-swap.ts';
import { conditionalBranch } from './conditional-branch.ts';
import { conditionalCompareImmediate } from './conditional-compare-immediate.ts';
import { conditionalCompareRegister } from './conditional-compare-register.ts';
import { conditionalSelect } from './conditional-select.ts';
import { conversionFloatingPointFixedPoint } from './conversion-floating-point-fixed-point.ts';
import { conversionFloatingPointInteger } from './conversion-floating-point-integer.ts';
import { cryptographic } from './cryptographic.ts';
import { dataProcessing1Source } from './data-processing-1-source.ts';
import { dataProcessing2Source } from './data-processing-2-source.ts';
import { dataProcessing3Source } from './data-processing-3-source.ts';
import { exceptionGeneration } from './exception-generation.ts';
import { extract } from './extract.ts';
import { flagManipulation } from './flag-manipulation.ts';
import { floatingPointCompare } from './floating-point-compare.ts';
import { floatingPointConditionalCompare } from './floating-point-conditional-compare.ts';
import { floatingPointConditionalSelect } from './floating-point-conditional-select.ts';
import { floatingPointDataProcessing1Source } from './floating-point-data-processing-1-source.ts';
import { floatingPointDataProcessing2Source } from './floating-point-data-processing-2-source.ts';
import { floatingPointDataProcessing3Source } from './floating-point-data-processing-3-source.ts';
import { floatingPointImmediate } from './floating-point-immediate.ts';
import { hints } from './hints.ts';
import { hintsExtensions } from './hints-extensions.ts';
import { loadAcquireRcpcUnscaled } from './load-acquire-rcpc-unscaled.ts';
import { loadRegisterLiteral } from './load-register-literal.ts';
import { loadSimdLiteral } from './load-simd-literal.ts';
import { loadStoreExclusive } from './load-store-exclusive.ts';
import { loadStoreImmediatePost } from './load-store-immediate-post.ts';
import { loadStoreImmediatePre } from './load-store-immediate-pre.ts';
import { loadStoreLimitedOrdering } from './load-store-limited-ordering.ts';
import { loadStoreNoAllocatePair } from './load-store-no-allocate-pair.ts';
import { loadStoreOrdered } from './load-store-ordered.ts';
import { loadStorePairOffset } from './load-store-pair-offset.ts';
import { loadStorePairPost } from './load-store-pair-post.ts';
import { loadStorePairPre } from './load-store-pair-pre.ts';
import { loadStoreRegisterOffset } from './load-store-register-offset.ts';
import { loadStoreSimdImmediatePost } from './load-store-simd-immediate-post.ts';
import { loadStoreSimdImmediatePre } from './load-store-simd-immediate-pre.ts';
import { loadStoreSimdPair } from './load-store-simd-pair.ts';
import { loadStoreSimdRegisterOffset } from './load-store-simd-register-offset.ts';
import { loadStoreSimdUnscaled } from './load-store-simd-unscaled.ts';
import { loadStoreSimdUnsignedImmediate } from './load-store-simd-unsigned-immediate.ts';
import { loadStoreUnprivileged } from './load-store-unprivileged.ts';
import { loadStoreUnscaled } from './load-store-unscaled.ts';
import { loadStoreUnsignedImmediate } from './load-store-unsigned-immediate.ts';
import { logicalImmediate } from './logical-immediate.ts';
import { logicalShiftedRegister } from './logical-shifted-register.ts';
import { memoryTagging } from './memory-tagging.ts';
import { moveWide } from './move-wide.ts';
import { pcRelative } from './pc-relative.ts';
import { pointerAuthentication } from './pointer-authentication.ts';
import { pstateExtensions } from './pstate-extensions.ts';
import { reserved } from './reserved.ts';
import { system } from './system.ts';
import { testAndBranch } from './test-and-branch.ts';
import { unconditionalBranchImmediate } from './unconditional-branch-immediate.ts';
import { unconditionalBranchRegister } from './unconditional-branch-register.ts';

/**
 * Every row of the A64 decode table, grouped as the Arm ARM groups encodings. Among rows with one mnemonic
 * the assembler takes the first that fits the operands. SVE and SME have no rows: one broad row would make every
 * unallocated word of their spaces an instruction.
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
  ...advsimdThreeSame,
  ...advsimdScalarThreeSame,
  ...advsimdThreeSameFp16,
  ...advsimdScalarThreeSameFp16,
  ...advsimdThreeSameExtra,
  ...advsimdScalarThreeSameExtra,
  ...advsimdThreeDifferent,
  ...advsimdScalarThreeDifferent,
  ...advsimdTwoRegisterMisc,
  ...advsimdScalarTwoRegisterMisc,
  ...advsimdTwoRegisterMiscFp16,
  ...advsimdScalarTwoRegisterMiscFp16,
  ...advsimdAcrossLanes,
  ...advsimdScalarPairwise,
  ...advsimdCopy,
  ...advsimdScalarCopy,
  ...advsimdTableLookup,
  ...advsimdPermute,
  ...advsimdExtract,
  ...advsimdModifiedImmediate,
  ...advsimdShiftByImmediate,
  ...advsimdScalarShiftByImmediate,
  ...advsimdVectorXIndexedElement,
  ...advsimdScalarXIndexedElement,
  ...cryptographic,
  ...floatingPointDataProcessing1Source,
  ...floatingPointDataProcessing2Source,
  ...floatingPointDataProcessing3Source,
  ...floatingPointCompare,
  ...floatingPointConditionalCompare,
  ...floatingPointConditionalSelect,
  ...floatingPointImmediate,
  ...conversionFloatingPointInteger,
  ...conversionFloatingPointFixedPoint,
  ...advsimdLoadStoreMultipleStructures,
  ...advsimdLoadStoreMultipleStructuresPost,
  ...advsimdLoadStoreSingleStructure,
  ...advsimdLoadStoreSingleStructurePost,
  ...loadStoreSimdUnsignedImmediate,
  ...loadStoreSimdUnscaled,
  ...loadStoreSimdImmediatePost,
  ...loadStoreSimdImmediatePre,
  ...loadStoreSimdRegisterOffset,
  ...loadStoreSimdPair,
  ...loadSimdLiteral,
  ...atomicMemory,
  ...compareAndSwap,
  ...loadStoreLimitedOrdering,
  ...loadAcquireRcpcUnscaled,
  ...pointerAuthentication,
  ...memoryTagging,
  ...flagManipulation,
  ...pstateExtensions,
  ...hintsExtensions,
  ...barriersExtensions,
  ...reserved,
];
