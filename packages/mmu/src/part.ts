import type { Part } from '@armature/core';
import { createTableBuilder } from './builder.ts';
import { resolveFeatures } from './features.ts';
import { createTranslation, type TranslationOptions } from './translation.ts';

/** Options of {@link vmsav8}. */
export type Vmsav8Options = TranslationOptions;

/**
 * Address translation by VMSAv8-64 stage 1 (EL1&0), and a builder of its tables, as a part of a machine.
 * Tables that the builder made drop what TLBs hold when they change.
 *
 * @throws CONFIG_INVALID
 * @example
 * createMachine().use(cpu({ model: 'cortex-a72' })).use(vmsav8({ tlbEntries: 4096 }))
 */
export function vmsav8(options: Vmsav8Options = {}): Part<'address-translation' | 'page-tables'> {
  const { tlbEntries: _, ...configured } = options;
  const features = resolveFeatures(configured);
  return {
    name: 'mmu',
    provides: ['address-translation', 'page-tables'],
    requires: [],
    create: () => {
      const translation = createTranslation(options);
      return {
        capabilities: {
          'address-translation': translation,
          'page-tables': createTableBuilder(features.physicalAddressBits, translation),
        },
      };
    },
    toJSON: () => ({ part: 'mmu', ...options }),
  };
}
