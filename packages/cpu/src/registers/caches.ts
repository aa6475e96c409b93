import {
  CPU_STATE,
  type CpuState,
  noOperation,
  type SystemEncoding,
  type SystemRegisterDefinition,
  sharedRegisterOffset,
  systemKey,
} from '@armature/core';
import type { Feature } from '@armature/isa';
import type { CpuModel } from '../models/index.ts';
import { EL0_RO, EL0_WO, EL1_RO, EL1_RW, EL1_WO, SCTLR, sctlrHas, trapEl0Unless } from './hooks.ts';
import { constant } from './identification.ts';

const CSSELR_EL1 = sharedRegisterOffset('CSSELR_EL1');

/** Level (bits 3:1) and InD. */
const CSSELR_FIELDS = 0xf;

/** DCZID_EL0.DZP: DC ZVA is prohibited. */
const DZP = 1 << 4;

const DC_ZVA: SystemEncoding = { op0: 1, op1: 3, crn: 7, crm: 4, op2: 1 };

/** Encoding of DC ZVA. Its row here has the access check alone: engines zero the block themselves. */
export const DC_ZVA_KEY = systemKey(DC_ZVA);
/** Bytes that it zeroes. @spec DDI 0487, DCZID_EL0 */
export const ZVA_BYTES = 64;

/**
 * CCSIDR_EL1 of FEAT_CCIDX from one of the 32-bit format: more bits for the associativity and the number of sets.
 *
 * @spec DDI 0487, CCSIDR_EL1
 */
function wideCacheSize(size: bigint): bigint {
  const lineSize = size & 7n;
  const associativity = (size >> 3n) & 0x3ffn;
  const sets = (size >> 13n) & 0x7fffn;
  return (sets << 32n) | (associativity << 3n) | lineSize;
}

/** Caches as software sees them. @spec DDI 0487, CTR_EL0; DCZID_EL0; CLIDR_EL1; CSSELR_EL1; CCSIDR_EL1 */
export function cacheRegisters(model: CpuModel): readonly SystemRegisterDefinition[] {
  const { idRegisters } = model;
  const isWide = model.features.has('FEAT_CCIDX');
  // Low and high halves by turns.
  const sizes = new Int32Array(2 * (CSSELR_FIELDS + 1));
  for (const [selector, size] of model.cacheSizes.entries()) {
    const value = isWide ? wideCacheSize(size) : size;
    sizes[2 * selector] = Number(value & 0xffff_ffffn);
    sizes[2 * selector + 1] = Number(value >> 32n);
  }
  const zeroBlock = Number(idRegisters.DCZID_EL0 ?? 0n);
  return [
    {
      ...{ op0: 3, op1: 3, crn: 0, crm: 0, op2: 1 },
      name: 'CTR_EL0',
      access: EL0_RO,
      reset: idRegisters.CTR_EL0 ?? 0n,
      check: trapEl0Unless(SCTLR.UCT),
      inlineWhenPstate: 0,
    },
    {
      ...{ op0: 3, op1: 3, crn: 0, crm: 0, op2: 7 },
      name: 'DCZID_EL0',
      access: EL0_RO,
      reset: BigInt(zeroBlock),
      inlineWhenPstate: 0,
      read: (cpu: CpuState) => {
        const prohibited = cpu.exceptionLevel === 0 && !sctlrHas(cpu, SCTLR.DZE);
        cpu.set(CPU_STATE.transfer, prohibited ? zeroBlock | DZP : zeroBlock, 0);
      },
    },
    constant('CLIDR_EL1', { op0: 3, op1: 1, crn: 0, crm: 0, op2: 1 }, idRegisters.CLIDR_EL1 ?? 0n),
    {
      ...{ op0: 3, op1: 2, crn: 0, crm: 0, op2: 0 },
      name: 'CSSELR_EL1',
      access: EL1_RW,
      writeMask: BigInt(CSSELR_FIELDS),
    },
    {
      ...{ op0: 3, op1: 1, crn: 0, crm: 0, op2: 0 },
      name: 'CCSIDR_EL1',
      access: EL1_RO,
      read: (cpu: CpuState) => {
        const selector = cpu.lo(CSSELR_EL1) & CSSELR_FIELDS;
        cpu.set(CPU_STATE.transfer, sizes[2 * selector], sizes[2 * selector + 1]);
      },
    },
  ];
}

function el1(name: string, crm: number, op2: number): SystemRegisterDefinition {
  return { op0: 1, op1: 0, crn: 7, crm, op2, name, access: EL1_WO, operate: noOperation };
}

function el0(name: string, crm: number, op2: number): SystemRegisterDefinition {
  return {
    ...{ op0: 1, op1: 3, crn: 7, crm, op2 },
    name,
    access: EL0_WO,
    operate: noOperation,
    check: trapEl0Unless(SCTLR.UCI),
    inlineWhenPstate: 0,
  };
}

/** Operations that come with features; they differ in what they do to caches only. */
const EXTENSIONS: readonly (readonly [feature: Feature, row: SystemRegisterDefinition])[] = [
  ['FEAT_DPB', el0('DC CVAP', 12, 1)],
  ['FEAT_DPB2', el0('DC CVADP', 13, 1)],
];

const OPERATIONS: readonly SystemRegisterDefinition[] = [
  el1('IC IALLUIS', 1, 0),
  el1('IC IALLU', 5, 0),
  el1('DC IVAC', 6, 1),
  el1('DC ISW', 6, 2),
  el1('DC CSW', 10, 2),
  el1('DC CISW', 14, 2),
  el0('IC IVAU', 5, 1),
  el0('DC CVAC', 10, 1),
  el0('DC CVAU', 11, 1),
  el0('DC CIVAC', 14, 1),
  { ...DC_ZVA, name: 'DC ZVA', access: EL0_WO, operate: noOperation, check: trapEl0Unless(SCTLR.DZE) },
];

/**
 * Cache maintenance. No caches are modelled and engines see stores to code by themselves, so that these check
 * access and do nothing.
 *
 * @spec DDI 0487, A64 system instructions for cache maintenance; SCTLR_EL1, UCI and DZE
 */
export function cacheOperations(model: CpuModel): readonly SystemRegisterDefinition[] {
  return [
    ...OPERATIONS,
    ...EXTENSIONS.flatMap(([feature, row]) => (model.features.has(feature) ? [row] : [])),
  ];
}
