/** Encodings as the decode table writes them: 32 characters `0`, `1` or anything else, spaces for the reader. */
export interface Pattern {
  readonly text: string;
  readonly mask: number;
  readonly value: number;
}

/** @throws Error when there are not 32 characters. */
export function pattern(text: string): Pattern {
  const bits = text.replaceAll(' ', '');
  if (bits.length !== 32) throw new Error(`a pattern of ${bits.length} characters: ${text}`);
  const bitsWhere = (letters: string): number =>
    Number.parseInt([...bits].map((bit) => (letters.includes(bit) ? '1' : '0')).join(''), 2);
  return { text: bits, mask: bitsWhere('01'), value: bitsWhere('1') };
}

export const matches = ({ mask, value }: Pattern, word: number): boolean => (word & mask) >>> 0 === value;
