import { addSubtractSemantics } from './add-subtract.ts';
import { atomicSemantics } from './atomics.ts';
import { branchSemantics } from './branches.ts';
import { crc32Semantics } from './crc32.ts';
import { aesSemantics } from './crypto-aes.ts';
import { sha1Semantics } from './crypto-sha1.ts';
import { sha3Semantics } from './crypto-sha3.ts';
import { sha256Semantics } from './crypto-sha256.ts';
import { sha512Semantics } from './crypto-sha512.ts';
import { sm3Semantics } from './crypto-sm3.ts';
import { sm4Semantics } from './crypto-sm4.ts';
import { dataProcessingSemantics } from './data-processing.ts';
import type { Semantics } from './definition.ts';
import { exclusiveSemantics } from './exclusive.ts';
import { flagManipulationSemantics } from './flag-manipulation.ts';
import { floatingPointScalarSemantics } from './floating-point.ts';
import { floatingPointVectorSemantics } from './floating-point-vector.ts';
import { loadStoreSimdSemantics } from './load-store-simd.ts';
import { loadStoreSimdStructureSemantics } from './load-store-simd-structures.ts';
import { loadStoreSemantics } from './loads-stores.ts';
import { logicalSemantics } from './logical.ts';
import { moveAndBitfieldSemantics } from './move-and-bitfield.ts';
import { orderedExtensionSemantics } from './ordered-extensions.ts';
import { pointerAuthenticationSemantics } from './pointer-authentication.ts';
import { simdIntegerSemantics } from './simd.ts';
import { systemSemantics } from './system.ts';

/** Semantics of every implemented row, by row id. */
export const allSemantics: ReadonlyMap<string, Semantics> = new Map(
  [
    ...addSubtractSemantics,
    ...logicalSemantics,
    ...moveAndBitfieldSemantics,
    ...dataProcessingSemantics,
    ...crc32Semantics,
    ...branchSemantics,
    ...loadStoreSemantics,
    ...loadStoreSimdSemantics,
    ...loadStoreSimdStructureSemantics,
    ...exclusiveSemantics,
    ...atomicSemantics,
    ...orderedExtensionSemantics,
    ...flagManipulationSemantics,
    ...pointerAuthenticationSemantics,
    ...aesSemantics,
    ...sha1Semantics,
    ...sha256Semantics,
    ...sha512Semantics,
    ...sha3Semantics,
    ...sm3Semantics,
    ...sm4Semantics,
    ...systemSemantics,
    ...simdIntegerSemantics,
    ...floatingPointScalarSemantics,
    ...floatingPointVectorSemantics,
  ].map((entry) => [entry.row, entry]),
);
