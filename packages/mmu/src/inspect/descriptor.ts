import { EL0_RIGHTS_SHIFT, rightsOf } from '../permissions.ts';
import { DESCRIPTOR, leafAllowed } from '../walker.ts';

/** What a descriptor is at its level. A reserved encoding faults like an invalid one. */
export type DescriptorKind = 'invalid' | 'reserved' | 'table' | 'block' | 'page';

/** What a table descriptor denies to everything below it. */
export interface TableLimits {
  readonly noEl0: boolean;
  readonly readOnly: boolean;
  readonly uxn: boolean;
  readonly pxn: boolean;
}

/** Fields of a block or page descriptor. */
export interface LeafFields {
  readonly attrIndex: number;
  readonly el0: boolean;
  readonly readOnly: boolean;
  readonly shareability: number;
  readonly accessFlag: boolean;
  readonly global: boolean;
  readonly contiguous: boolean;
  readonly uxn: boolean;
  readonly pxn: boolean;
}

export interface DecodedDescriptor {
  readonly kind: DescriptorKind;
  /** Address of the next table, or of the block or page. */
  readonly target?: number;
  readonly limits?: TableLimits;
  readonly leaf?: LeafFields;
}

export const NO_LIMITS: TableLimits = { noEl0: false, readOnly: false, uxn: false, pxn: false };

/** log2 of what one entry of a table covers. */
export function entryBitsOf(level: number, granuleBits: number): number {
  return granuleBits + (granuleBits - 3) * (3 - level);
}

/**
 * Takes a descriptor apart.
 * @spec DDI 0487, VMSAv8-64 translation table format descriptors
 */
export function decodeDescriptor(
  lo: number,
  hi: number,
  level: number,
  granuleBits: number,
): DecodedDescriptor {
  if ((lo & DESCRIPTOR.valid) === 0) return { kind: 'invalid' };
  const isTableOrPage = (lo & DESCRIPTOR.tableOrPage) !== 0;
  const isLeaf = level === 3 ? isTableOrPage : !isTableOrPage;
  if (isLeaf ? !leafAllowed(level, granuleBits) : level === 3) return { kind: 'reserved' };
  const bits = isLeaf ? entryBitsOf(level, granuleBits) : granuleBits;
  const target = (hi & 0xffff) * 0x1_0000_0000 + ((lo & (-1 << bits)) >>> 0);
  if (!isLeaf) {
    return {
      kind: 'table',
      target,
      limits: {
        noEl0: (hi & DESCRIPTOR.noEl0TableHigh) !== 0,
        readOnly: (hi & DESCRIPTOR.readOnlyTableHigh) !== 0,
        uxn: (hi & DESCRIPTOR.uxnTableHigh) !== 0,
        pxn: (hi & DESCRIPTOR.pxnTableHigh) !== 0,
      },
    };
  }
  return {
    kind: level === 3 ? 'page' : 'block',
    target,
    leaf: {
      attrIndex: (lo >>> DESCRIPTOR.attrIndexShift) & 7,
      el0: (lo & DESCRIPTOR.el0) !== 0,
      readOnly: (lo & DESCRIPTOR.readOnly) !== 0,
      shareability: (lo >>> DESCRIPTOR.shareabilityShift) & 3,
      accessFlag: (lo & DESCRIPTOR.accessFlag) !== 0,
      global: (lo & DESCRIPTOR.notGlobal) === 0,
      contiguous: (hi & DESCRIPTOR.contiguousHigh) !== 0,
      uxn: (hi & DESCRIPTOR.uxnHigh) !== 0,
      pxn: (hi & DESCRIPTOR.pxnHigh) !== 0,
    },
  };
}

export function combineLimits(above: TableLimits, below: TableLimits): TableLimits {
  return {
    noEl0: above.noEl0 || below.noEl0,
    readOnly: above.readOnly || below.readOnly,
    uxn: above.uxn || below.uxn,
    pxn: above.pxn || below.pxn,
  };
}

function rightsText(rights: number): string {
  return ['r', 'w', 'x'].map((letter, index) => ((rights >> index) & 1 ? letter : '-')).join('');
}

/** Effective rights: `EL1 rw- EL0 ---`. */
export function describeRights(leaf: LeafFields, limits: TableLimits, wxn: boolean): string {
  const rights = rightsOf(
    leaf.el0 && !limits.noEl0,
    leaf.readOnly || limits.readOnly,
    leaf.uxn || limits.uxn,
    leaf.pxn || limits.pxn,
    wxn,
  );
  return `EL1 ${rightsText(rights)} EL0 ${rightsText(rights >> EL0_RIGHTS_SHIFT)}`;
}

const DEVICE_NAMES = ['Device-nGnRnE', 'Device-nGnRE', 'Device-nGRE', 'Device-GRE'] as const;

function cacheability(nibble: number): string {
  if (nibble === 4) return 'NC';
  const policy = nibble & 4 ? 'WB' : 'WT';
  const hints = `${nibble & 2 ? 'R' : ''}${nibble & 1 ? 'W' : ''}`;
  return `${policy}${nibble < 8 ? ' transient' : ''}${hints === '' ? ' no-allocate' : ` ${hints}A`}`;
}

/**
 * A byte of MAIR_EL1 in words: `Normal WB RWA`, `Device-nGnRE`.
 * @spec DDI 0487, MAIR_EL1
 */
export function describeMemoryType(attributes: number): string {
  const outer = attributes >> 4;
  const inner = attributes & 15;
  if (outer === 0) {
    return inner & 3 ? `Device, reserved 0x${attributes.toString(16)}` : DEVICE_NAMES[inner >> 2];
  }
  if (inner === 0) return `Normal, reserved 0x${attributes.toString(16)}`;
  return outer === inner
    ? `Normal ${cacheability(inner)}`
    : `Normal outer ${cacheability(outer)}, inner ${cacheability(inner)}`;
}

/** The byte of MAIR_EL1 that AttrIndx selects. */
export function memoryAttributes(mair: bigint, index: number): number {
  return Number((mair >> BigInt(8 * index)) & 0xffn);
}

export const SHAREABILITY_NAMES = [
  'non-shareable',
  'reserved shareability',
  'outer shareable',
  'inner shareable',
] as const;
