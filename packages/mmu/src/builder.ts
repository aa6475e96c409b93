import type { PageTableBuilder } from '@armature/core';
import { PHYSICAL_ADDRESS_SIZES } from './features.ts';
import { type TableInvalidation, VmsaPageTables } from './page-tables.ts';
import { TABLE_MAIR } from './table-format.ts';
import { TableTransaction } from './table-transaction.ts';

const NO_INVALIDATION: TableInvalidation = {
  invalidatePage: () => undefined,
  invalidateAll: () => undefined,
};

/** TCR_EL1 for both halves: 48-bit addresses, 4 KiB granules, Inner Shareable write-back walks, 16-bit ASIDs. */
function controlFor(physicalAddressBits: number): bigint {
  const T0SZ = 16n;
  const IRGN0_WB = 1n << 8n;
  const ORGN0_WB = 1n << 10n;
  const SH0_INNER = 3n << 12n;
  const T1SZ = 16n << 16n;
  const IRGN1_WB = 1n << 24n;
  const ORGN1_WB = 1n << 26n;
  const SH1_INNER = 3n << 28n;
  const TG1_4K = 2n << 30n;
  const AS_16 = 1n << 36n;
  const sizes: readonly number[] = PHYSICAL_ADDRESS_SIZES;
  const IPS = BigInt(sizes.indexOf(physicalAddressBits)) << 32n;
  return (
    T0SZ | IRGN0_WB | ORGN0_WB | SH0_INNER | T1SZ | IRGN1_WB | ORGN1_WB | SH1_INNER | TG1_4K | IPS | AS_16
  );
}

/**
 * A builder of translation tables, alone.
 *
 * @param physicalAddressBits PARange of the CPUs that will read the tables, default 44
 * @param invalidation told of translations that are gone, so that TLBs drop them
 */
export function createTableBuilder(
  physicalAddressBits = 44,
  invalidation: TableInvalidation = NO_INVALIDATION,
): PageTableBuilder {
  return {
    createTables(memory, frames, half) {
      const transaction = new TableTransaction(memory, frames);
      transaction.begin();
      const root = transaction.allocate();
      if (root < 0) return undefined;
      transaction.commit();
      return new VmsaPageTables(
        { memory, frames, half, physicalAddressBits, invalidation },
        transaction,
        root,
      );
    },
    controlRegisters: { MAIR_EL1: TABLE_MAIR, TCR_EL1: controlFor(physicalAddressBits) },
  };
}
