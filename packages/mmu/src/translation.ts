import type {
  AddressTranslation,
  CpuState,
  SystemRegisterDefinition,
  TranslationFeatures,
} from '@armature/core';
import { addressTranslation, panAddressTranslation } from './address-translate.ts';
import { type ResolvedFeatures, resolveFeatures } from './features.ts';
import {
  invalidateAddress,
  outerShareableMaintenance,
  rangeMaintenance,
  type TranslatorSet,
  tlbMaintenance,
} from './maintenance.ts';
import { registerDefinitions } from './registers.ts';
import { VmsaTranslator } from './translator.ts';

export interface TranslationOptions extends TranslationFeatures {
  /** Entries of each CPU's TLB, a power of two. Default 2048. */
  readonly tlbEntries?: number;
}

const DEFAULT_TLB_ENTRIES = 2048;

/** Address translation of a machine's CPUs, with what a builder of tables needs to keep TLBs honest. */
export interface VmsaTranslation extends AddressTranslation {
  /** Drops what every CPU remembers of a page. */
  invalidatePage(vaLo: number, vaHi: number): void;
  invalidateAll(): void;
}

class Translators implements TranslatorSet {
  readonly all: VmsaTranslator[] = [];
  private readonly byIndex: VmsaTranslator[][] = [];

  add(translator: VmsaTranslator): void {
    this.all.push(translator);
    this.byIndex[translator.cpu.index] ??= [];
    this.byIndex[translator.cpu.index].push(translator);
  }

  of(cpu: CpuState): readonly VmsaTranslator[] {
    return this.byIndex[cpu.index] ?? [];
  }
}

/**
 * VMSAv8-64 without a machine around it: for engines' tests and for tools.
 *
 * @param options default: a Cortex-A72 (44-bit physical addresses, 16-bit ASIDs, 4 and 64 KiB granules)
 * @throws CONFIG_INVALID
 */
export function createTranslation(options: TranslationOptions = {}): VmsaTranslation {
  const { tlbEntries = DEFAULT_TLB_ENTRIES, ...configured } = options;
  resolveFeatures(configured);
  const translators = new Translators();
  const base = [
    ...registerDefinitions(translators),
    ...tlbMaintenance(translators),
    ...addressTranslation(translators),
  ];
  const extensions: readonly (readonly [keyof ResolvedFeatures, readonly SystemRegisterDefinition[]])[] = [
    ['pan2', panAddressTranslation(translators)],
    ['tlbios', outerShareableMaintenance(translators)],
    ['tlbirange', rangeMaintenance(translators)],
  ];
  const lists = new Map<string, readonly SystemRegisterDefinition[]>();
  /** One list for all CPUs of the same features. */
  const registersOf = (features: ResolvedFeatures): readonly SystemRegisterDefinition[] => {
    const added = extensions.filter(([feature]) => features[feature] === true);
    const key = added.map(([feature]) => feature).join(' ');
    const list = lists.get(key) ?? [...base, ...added.flatMap(([, rows]) => rows)];
    lists.set(key, list);
    return list;
  };
  return {
    createTranslator(cpu, memory, features) {
      const resolved = resolveFeatures({ ...configured, ...features });
      const translator = new VmsaTranslator(cpu, memory, resolved, tlbEntries, registersOf(resolved));
      translators.add(translator);
      return translator;
    },
    invalidatePage(vaLo, vaHi) {
      for (const translator of translators.all) invalidateAddress(translator, vaLo, vaHi, -1);
    },
    invalidateAll() {
      for (const translator of translators.all) {
        translator.tlb.clear();
        translator.stale.all();
      }
    },
  };
}
