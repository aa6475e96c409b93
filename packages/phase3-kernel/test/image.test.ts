import { disassemble } from '@armature/isa';
import { describe, expect, it } from 'vitest';
import { phase3KernelLayout, phase3KernelSource } from '../src/index.ts';
import { gnuAssemble, gnuDisassemble, gnuMissing } from './gnu.ts';
import { explainSkip } from './image.ts';

const { imageBase, textOffset } = phase3KernelLayout;

describe.skipIf(explainSkip('agreement with the GNU tools', gnuMissing))(
  'agreement with the GNU tools',
  () => {
    const gnu = gnuMissing === undefined ? gnuAssemble(phase3KernelSource(), imageBase) : undefined;

    it('carries a valid Image header', () => {
      const { bytes, symbols } = gnu!;
      const view = new DataView(bytes.buffer);
      expect(view.getUint32(56, true)).toBe(0x644d5241);
      expect(view.getBigUint64(8, true)).toBe(textOffset);
      expect(view.getBigUint64(16, true)).toBe(symbols.get('image_end')! - imageBase);
      expect(view.getBigUint64(24, true)).toBe(2n);
      expect(bytes.length).toBe(Number(view.getBigUint64(16, true)));
    });

    it('disassembles as objdump does', () => {
      const { bytes, code } = gnu!;
      const view = new DataView(bytes.buffer);
      const differences: string[] = [];
      let compared = 0;
      for (const [start, end] of code) {
        gnuDisassemble(bytes.subarray(start, end), imageBase + BigInt(start)).forEach((theirs, index) => {
          const offset = start + index * 4;
        if (view.getUint32(offset, true) === 0) return; // padding, and the undefined instruction
          const ours = disassemble(view.getUint32(offset, true), imageBase + BigInt(offset));
          compared++;
          if (ours !== theirs) differences.push(`${offset.toString(16)}: ${ours} | ${theirs}`);
        });
      }
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(4000);
    });
  },
);
