import { decode, fields } from '@armature/isa';

/** A word as text: its row and fields. */
export function disassembleWord(word: number): string {
  const row = decode(word);
  if (row === undefined) return 'unallocated';
  const values = Object.entries(fields(row, word)).map(([name, value]) => `${name}=${value}`);
  return `${row.title} (${row.id}) ${values.join(' ')}`;
}
