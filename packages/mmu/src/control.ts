import { type CpuState, sharedRegisterOffset } from '@armature/core';
import { PHYSICAL_ADDRESS_SIZES, type ResolvedFeatures } from './features.ts';

const SCTLR_EL1 = sharedRegisterOffset('SCTLR_EL1');
const TCR_EL1 = sharedRegisterOffset('TCR_EL1');

/** Fields of SCTLR_EL1 that translation reads. */
export const SCTLR = { M: 1 << 0, A: 1 << 1, I: 1 << 12, WXN: 1 << 19 } as const;

/** TxSZ without FEAT_TTST and FEAT_LVA. */
const SMALLEST_TSZ = 16;
const LARGEST_TSZ = 39;

/** log2 of the granule by TCR_EL1.TG0; 0 is a reserved value. */
const GRANULE_BY_TG0 = [12, 16, 14, 0] as const;
const GRANULE_BY_TG1 = [0, 14, 12, 16] as const;

/** How one half of the address space is translated. */
export interface HalfControl {
  /** Significant bits of an input address: 64 - TxSZ. */
  inputBits: number;
  /** False when TxSZ is out of range: every address faults. */
  sizeValid: boolean;
  /** log2 of the granule. */
  granuleBits: number;
  startLevel: number;
  /** EPDx: a TLB miss faults without a walk. */
  walkDisabled: boolean;
  /** TBIx. */
  topByteIgnored: boolean;
  /** TBIx without TBIDx: fetches ignore the top byte, too. */
  topByteIgnoredByFetches: boolean;
  /** HPDx: tables do not limit what is below them. */
  tableLimitsIgnored: boolean;
  /** E0PDx: EL0 has no access at all. */
  el0Excluded: boolean;
}

function emptyHalf(): HalfControl {
  return {
    inputBits: 48,
    sizeValid: true,
    granuleBits: 12,
    startLevel: 0,
    walkDisabled: false,
    topByteIgnored: false,
    topByteIgnoredByFetches: false,
    tableLimitsIgnored: false,
    el0Excluded: false,
  };
}

/**
 * TCR_EL1 and SCTLR_EL1 taken apart, remembered until they change.
 * @spec DDI 0487, TCR_EL1; SCTLR_EL1
 */
export class TranslationControl {
  enabled = false;
  writableImpliesNoExecute = false;
  fetchCacheable = false;
  /** Bits of TTBRx_EL1[63:48] that are an ASID. */
  asidMask = 0xff;
  /** TCR_EL1.A1. */
  asidFromTtbr1 = false;
  /** TCR_EL1.HA: walks set the access flag. */
  setsAccessFlag = false;
  /** TCR_EL1.HD: writes set the dirty state. */
  setsDirtyState = false;
  /** Physical address bits that tables may produce. */
  outputBits = 32;
  readonly low: HalfControl = emptyHalf();
  readonly high: HalfControl = emptyHalf();
  readonly features: ResolvedFeatures;
  private tcrLo = 0;
  private tcrHi = 0;
  private sctlr = 0;

  constructor(features: ResolvedFeatures) {
    this.features = features;
    this.decode();
  }

  /** Reads the registers; true when something that translation depends on changed. */
  refresh(cpu: CpuState): boolean {
    return this.update(cpu.lo(TCR_EL1), cpu.hi(TCR_EL1), cpu.lo(SCTLR_EL1));
  }

  /** As {@link refresh}, with the values given. */
  update(tcrLo: number, tcrHi: number, sctlrLo: number): boolean {
    const sctlr = sctlrLo & (SCTLR.M | SCTLR.I | SCTLR.WXN);
    if (tcrLo === this.tcrLo && tcrHi === this.tcrHi && sctlr === this.sctlr) return false;
    this.tcrLo = tcrLo;
    this.tcrHi = tcrHi;
    this.sctlr = sctlr;
    this.decode();
    return true;
  }

  private decode(): void {
    const { tcrLo, tcrHi, sctlr, features } = this;
    this.enabled = (sctlr & SCTLR.M) !== 0;
    this.writableImpliesNoExecute = (sctlr & SCTLR.WXN) !== 0;
    this.fetchCacheable = (sctlr & SCTLR.I) !== 0;
    this.asidMask = features.asidBits === 16 && tcrHi & (1 << 4) ? 0xffff : 0xff;
    this.asidFromTtbr1 = (tcrLo & (1 << 22)) !== 0;
    this.outputBits = Math.min(PHYSICAL_ADDRESS_SIZES[tcrHi & 7] ?? 48, features.physicalAddressBits);
    this.decodeHalf(this.low, tcrLo & 0x3f, GRANULE_BY_TG0[(tcrLo >>> 14) & 3]);
    this.decodeHalf(this.high, (tcrLo >>> 16) & 0x3f, GRANULE_BY_TG1[(tcrLo >>> 30) & 3]);
    this.low.walkDisabled = (tcrLo & (1 << 7)) !== 0;
    this.high.walkDisabled = (tcrLo & (1 << 23)) !== 0;
    this.low.topByteIgnored = (tcrHi & (1 << 5)) !== 0;
    this.high.topByteIgnored = (tcrHi & (1 << 6)) !== 0;
    this.low.topByteIgnoredByFetches = this.low.topByteIgnored && (tcrHi & (1 << 19)) === 0;
    this.high.topByteIgnoredByFetches = this.high.topByteIgnored && (tcrHi & (1 << 20)) === 0;
    this.setsAccessFlag = features.hardwareUpdates !== 'none' && (tcrHi & (1 << 7)) !== 0;
    this.setsDirtyState =
      this.setsAccessFlag && features.hardwareUpdates !== 'access-flag' && (tcrHi & (1 << 8)) !== 0;
    this.low.tableLimitsIgnored = features.hpds && (tcrHi & (1 << 9)) !== 0;
    this.high.tableLimitsIgnored = features.hpds && (tcrHi & (1 << 10)) !== 0;
    this.low.el0Excluded = features.e0pd && (tcrHi & (1 << 23)) !== 0;
    this.high.el0Excluded = features.e0pd && (tcrHi & (1 << 24)) !== 0;
  }

  private decodeHalf(half: HalfControl, tsz: number, granule: number): void {
    const kib = (1 << granule) >> 10;
    const known: readonly number[] = this.features.granules;
    // A reserved or unimplemented granule is treated as the one that every CPU here has.
    half.granuleBits = granule !== 0 && known.includes(kib) ? granule : 12;
    half.sizeValid = tsz >= SMALLEST_TSZ && tsz <= LARGEST_TSZ;
    half.inputBits = 64 - Math.min(Math.max(tsz, SMALLEST_TSZ), LARGEST_TSZ);
    half.startLevel = 4 - Math.floor((half.inputBits - 4) / (half.granuleBits - 3));
  }
}
