/**
 * The shape of the decode table.
 *
 * A row describes one A64 instruction: a 32-character pattern, the fields its letters name, the architectural
 * feature it belongs to, what makes a matching word unallocated, and its assembly syntax. Decoder, disassembler
 * and assembler all read the same rows.
 */

/**
 * The architecture features that a CPU may have, as named by the Arm ARM; not every one has instructions of its own.
 * `base` is Armv8.0 without SIMD&FP.
 */
export const FEATURES = [
  'base',
  'FEAT_FP',
  'FEAT_AdvSIMD',
  'FEAT_AES',
  'FEAT_BF16',
  'FEAT_BTI',
  'FEAT_CCIDX',
  'FEAT_CRC32',
  'FEAT_CSV2',
  'FEAT_CSV2_2',
  'FEAT_CSV2_3',
  'FEAT_CSV3',
  'FEAT_DGH',
  'FEAT_DIT',
  'FEAT_DPB',
  'FEAT_DPB2',
  'FEAT_DotProd',
  'FEAT_E0PD',
  'FEAT_FCMA',
  'FEAT_FHM',
  'FEAT_FP16',
  'FEAT_FRINTTS',
  'FEAT_FlagM',
  'FEAT_FlagM2',
  'FEAT_HAFDBS',
  'FEAT_HPDS',
  'FEAT_HPDS2',
  'FEAT_I8MM',
  'FEAT_IESB',
  'FEAT_JSCVT',
  'FEAT_LOR',
  'FEAT_LRCPC',
  'FEAT_LRCPC2',
  'FEAT_LSE',
  'FEAT_LSE2',
  'FEAT_MTE',
  'FEAT_MTE2',
  'FEAT_PACIMP',
  'FEAT_PACQARMA5',
  'FEAT_PAN',
  'FEAT_PAN2',
  'FEAT_PAuth',
  'FEAT_PMULL',
  'FEAT_RAS',
  'FEAT_RDM',
  'FEAT_RNG',
  'FEAT_SB',
  'FEAT_SHA1',
  'FEAT_SHA256',
  'FEAT_SHA3',
  'FEAT_SHA512',
  'FEAT_SM3',
  'FEAT_SM4',
  'FEAT_SPE',
  'FEAT_SPECRES',
  'FEAT_SSBS',
  'FEAT_SSBS2',
  'FEAT_TLBIOS',
  'FEAT_TLBIRANGE',
  'FEAT_TRF',
  'FEAT_TTCNP',
  'FEAT_TTL',
  'FEAT_UAO',
] as const;

/** An architecture feature named by the Arm ARM, or `base` for Armv8.0 integer and system instructions. */
export type Feature = (typeof FEATURES)[number];

/** `done`: an engine runs the instruction. `todo`: it is decoded, assembled and disassembled, but has no semantics. */
export type RowStatus = 'done' | 'todo';

/** Reads the named field of the word under examination as an unsigned number. */
export type FieldGetter = (name: string) => number;

/** What makes a word that matches a row's pattern unallocated. */
export interface Constraint {
  /** The rule in words, as an error message would say it. */
  readonly text: string;
  /** True when the word is not this instruction (unallocated unless another row takes it). */
  readonly reserved: (field: FieldGetter) => boolean;
}

/** A field: `width` bits whose least significant bit is bit `lo` of the word. */
export interface Field {
  readonly name: string;
  readonly lo: number;
  readonly width: number;
}

/** Another spelling of a row. */
export interface Alias {
  /** Mnemonic followed by operand kinds, as in {@link Row.asm}. */
  readonly asm: string;
  /** Field values the alias implies: set when assembling, required when disassembling. */
  readonly fix?: Readonly<Record<string, number>>;
  /** A condition on the fields without which this spelling means something else. */
  readonly requires?: (field: FieldGetter) => boolean;
  /** The further condition under which the disassembler prefers this spelling; the assembler ignores it. */
  readonly when?: (field: FieldGetter) => boolean;
  /** True when only the assembler knows this spelling. */
  readonly assembleOnly?: boolean;
}

/** One instruction of the A64 decode table. */
export interface Row {
  /** Mnemonic and Arm encoding group, for example `ADD_addsub_imm`. Unique and stable. */
  readonly id: string;
  /** The Arm ARM's title of the instruction page, for example `ADD (immediate)`. */
  readonly title: string;
  /** 32 characters, bit 31 first: `0`, `1`, `-` (ignored bit), or a field letter. */
  readonly pattern: string;
  /** The Arm encoding group, in kebab case; also the name of the file under `table/`. */
  readonly group: string;
  readonly feature: Feature;
  readonly status: RowStatus;
  /** Bits fixed by the pattern, as a signed 32-bit number. */
  readonly mask: number;
  /** Value of the fixed bits, as a signed 32-bit number: `(word & mask) === value`. */
  readonly value: number;
  /** Number of fixed bits; a row with more of them is more specific. */
  readonly fixedBits: number;
  /** Fields by name. */
  readonly fields: ReadonlyMap<string, Field>;
  readonly constraint?: Constraint;
  /** Values of fields that the assembly syntax doesn't show: a number, or the name of the field to copy. */
  readonly defaults?: Readonly<Record<string, number | string>>;
  /**
   * Canonical spelling: mnemonic, then operand kinds separated by spaces. Letters of the mnemonic that depend on
   * fields stand in angle brackets, as in `b.<cond>` and `saddl<2>`. Empty when there is none yet.
   */
  readonly asm: string;
  readonly aliases: readonly Alias[];
}

/** What a table file writes per row; `defineGroup` completes it. */
export interface RowSource {
  readonly id: string;
  readonly title: string;
  /** 32 significant characters; spaces are for the reader. */
  readonly pattern: string;
  readonly feature?: Feature;
  readonly status?: RowStatus;
  /** Letters whose meaning differs from the group's legend. */
  readonly legend?: Legend;
  readonly constraint?: Constraint;
  readonly defaults?: Readonly<Record<string, number | string>>;
  readonly asm?: string;
  readonly aliases?: readonly Alias[];
}

/** Pattern letter to field name. */
export type Legend = Readonly<Record<string, string>>;

/** What all rows of a table file share. */
export interface GroupOptions {
  readonly legend?: Legend;
  readonly feature?: Feature;
  readonly status?: RowStatus;
}
