/** A compiled region as text: each guest instruction with the WebAssembly that was made of it. */
import type { RegionListing } from '@armature/cpu';

export interface CodeRow {
  /** Virtual address; undefined for what belongs to no one instruction. */
  readonly address?: bigint;
  /** The instruction, or what the code is for. */
  readonly text: string;
  readonly wasm: readonly string[];
}

/** Takes a listing apart. The disassembler of WebAssembly is loaded when it is first needed. */
export async function codeRows(listing: RegionListing): Promise<CodeRow[]> {
  const { BinaryReader, DefaultNameResolver, WasmDisassembler } = await import('wasmparser');
  class Names extends DefaultNameResolver {
    override getFunctionName(index: number, isImport: boolean, isRef: boolean): string {
      const name = listing.imports[index];
      return name === undefined ? super.getFunctionName(index, isImport, isRef) : `$${name}`;
    }
    override getVariableName(_function: number, index: number, _isRef: boolean): string {
      return `$${listing.locals.get(index) ?? `t${index}`}`;
    }
    override getTableName(_index: number, _isRef: boolean): string {
      return '$regions';
    }
  }
  const disassembler = new WasmDisassembler();
  disassembler.addOffsets = true;
  disassembler.nameResolver = new Names();
  const reader = new BinaryReader();
  reader.setData(listing.module.buffer, 0, listing.module.length);
  disassembler.disassembleChunk(reader);
  const { lines, offsets, functionBodyOffsets } = disassembler.getResult();
  // The region is the one function: what comes before it are imports, and its head.
  const { start, end } = functionBodyOffsets!.at(-1)!;
  const rows: (CodeRow & { readonly wasm: string[]; readonly offset: number })[] = [
    { text: 'entry', wasm: [], offset: 0 },
    ...listing.instructions.map(({ address, text, offset }) => ({ address, text, wasm: [], offset })),
    { text: 'shared exits', wasm: [], offset: listing.exits },
  ];
  let at = 0;
  for (const [index, line] of lines.entries()) {
    const offset = offsets![index];
    if (offset < start || offset >= end || /^ *[()]/.test(line)) continue;
    while (at + 1 < rows.length && rows[at + 1].offset <= offset) at++;
    rows[at].wasm.push(line);
  }
  return rows.map(({ offset: _, wasm, ...row }) => ({ ...row, wasm: outdent(wasm) }));
}

/** Takes away what all lines are indented by in a function of a module. */
function outdent(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^ {4}/, ''));
}
