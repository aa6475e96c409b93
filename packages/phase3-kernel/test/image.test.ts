import { disassemble } from '@armature/isa';
import { describe, expect, it } from 'vitest';
import { phase3KernelImage, phase3KernelLayout, phase3KernelSource } from '../src/index.ts';
import { gnuAssemble, gnuDisassemble, gnuMissing } from './gnu.ts';
import { explainSkip } from './image.ts';

const { imageBase, textOffset, pageSize, ramBase, lowReserved } = phase3KernelLayout;

describe('the image', () => {
  const { bytes, loadAddress, entry, symbols } = phase3KernelImage();
  const view = new DataView(bytes.buffer, bytes.byteOffset);

  it('carries a valid Image header', () => {
    expect(view.getUint32(56, true)).toBe(0x644d5241);
    expect(view.getBigUint64(8, true)).toBe(textOffset);
    expect(view.getBigUint64(16, true)).toBe(BigInt(bytes.length));
    expect(view.getBigUint64(24, true)).toBe(2n);
    expect(loadAddress).toBe(imageBase);
    expect(entry).toBe(imageBase);
  });

  it('begins with a branch to boot_entry', () => {
    expect(disassemble(view.getUint32(0, true), imageBase)).toBe(
      `b 0x${symbols.get('boot_entry')!.toString(16)}`,
    );
  });

  it('keeps its parts on pages of their own, inside what is reserved', () => {
    const marks = [
      'image_start',
      'text_end',
      'rodata_start',
      'rodata_end',
      'data_start',
      'main_stack_guard',
      'main_stack_bottom',
      'main_stack_top',
      'fault_stack_guard',
      'fault_stack_bottom',
      'fault_stack_top',
      'image_end',
    ].map((name) => symbols.get(name)!);
    expect(marks.filter((address) => address % pageSize !== 0n)).toEqual([]);
    expect(marks).toEqual([...marks].sort((a, b) => Number(a - b)));
    expect(marks.at(-1)! <= ramBase + lowReserved).toBe(true);
  });

  it('has its vectors where VBAR_EL1 can point', () => {
    expect(symbols.get('exception_vectors')! % 2048n).toBe(0n);
  });

  it('gives every caller bytes of its own', () => {
    phase3KernelImage().bytes.fill(0);
    expect(phase3KernelImage().bytes).toEqual(bytes);
  });
});

describe.skipIf(explainSkip('agreement with the GNU tools', gnuMissing))(
  'agreement with the GNU tools',
  () => {
    const gnu = gnuMissing === undefined ? gnuAssemble(phase3KernelSource(), imageBase) : undefined;

    it('has the bytes GNU as, ld and objcopy make', () => {
      const { bytes, symbols } = phase3KernelImage();
      expect(Buffer.from(bytes).equals(Buffer.from(gnu!.bytes))).toBe(true);
      for (const [name, address] of gnu!.symbols) expect([name, symbols.get(name)]).toEqual([name, address]);
    });

    it('disassembles as objdump does', () => {
      const { bytes, code, symbols } = gnu!;
      const view = new DataView(bytes.buffer);
      const textSize = Number(symbols.get('text_end')! - imageBase);
      const differences: string[] = [];
      let compared = 0;
      for (const [start, end] of code.filter(([start]) => start < textSize)) {
        gnuDisassemble(bytes.subarray(start, Math.min(end, textSize)), imageBase + BigInt(start)).forEach(
          (theirs, index) => {
            const offset = start + index * 4;
            if (view.getUint32(offset, true) === 0) return; // padding, and the undefined instruction
            const ours = disassemble(view.getUint32(offset, true), imageBase + BigInt(offset));
            compared++;
            if (ours !== theirs) differences.push(`${offset.toString(16)}: ${ours} | ${theirs}`);
          },
        );
      }
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(4000);
    });
  },
);
