import { assemble } from '@armature/isa';
import { describe, expect, it } from 'vitest';
import { phase3KernelLayout, phase3KernelSource } from '../src/index.ts';
import { explainSkip, runMissing } from './image.ts';
import { runQemu } from './qemu.ts';

/** A defect to put into the kernel, and the line in which its own tests must complain. */
interface Mutant {
  readonly defect: string;
  readonly from: string;
  readonly to: string;
  readonly complaint: RegExp;
}

const mutants: readonly Mutant[] = [
  {
    defect: 'unmapping leaves the TLB alone',
    from: '    tlbi    vaae1is, x9\n',
    to: '',
    complaint: /^\[FAIL\] touching an unmapped page faults/m,
  },
  {
    defect: 'kernel text is writable',
    from: '.equ KERNEL_TEXT,       0x0040000000000784',
    to: '.equ KERNEL_TEXT,       0x0040000000000704',
    complaint: /^ {2}AT S1E1W .* WRONG\n(.*\n)+the map is not what was asked for/m,
  },
  {
    defect: 'the guard page is mapped',
    from: 'main_stack_bottom, 0, region_guard',
    to: 'main_stack_bottom, KERNEL_DATA, region_guard',
    complaint: /^ {2}AT S1E1R .* WRONG\n(.*\n)+the map is not what was asked for/m,
  },
  {
    defect: 'user permission on the kernel map',
    from: '.equ KERNEL_DATA,       0x0060000000000704',
    to: '.equ KERNEL_DATA,       0x0060000000000744',
    complaint: /^ {2}AT S1E0R .* WRONG/m,
  },
  {
    defect: 'a run of frames may have gaps',
    from: '4:  mov     x11, #0\n    b       1b\n7:',
    to: '4:  b       1b\n7:',
    complaint: /^\[FAIL\]/m,
  },
  {
    defect: 'a double free is accepted',
    from: '    mov     x0, #E_FREE\n    cbz     x12, frame_free_done\n',
    to: '',
    complaint: /^\[FAIL\] a double free is refused/m,
  },
  {
    defect: 'reserved frames can be freed',
    from: '    mov     x0, #E_RESERVED\n    cbnz    x12, frame_free_done\n',
    to: '',
    complaint: /^\[FAIL\] freeing a reserved frame is refused/m,
  },
  {
    defect: 'what is left of a split allocation has no head',
    from: '    adr     x0, frame_head\n    bl      bitmap_set\n2:  mov     x21, #0\n3:',
    to: '2:  mov     x21, #0\n3:',
    complaint: /^\[FAIL\] part of an allocation can be freed/m,
  },
  {
    defect: 'freed frames still count as allocated',
    from: '    sub     x10, x10, x19\n    str     x10, [x9]\n    mov     x0, #0\nframe_free_done:',
    to: '    mov     x0, #0\nframe_free_done:',
    complaint: /^\[FAIL\] statistics before and after/m,
  },
  {
    defect: 'bytes are rounded down',
    from: '    add     x0, x0, #PAGE_MASK          // where',
    to: '    // where',
    complaint: /^\[FAIL\] bytes are rounded up to whole pages/m,
  },
  {
    defect: 'empty tables are not returned',
    from: '    bl      table_free\n3:',
    to: '3:',
    complaint: /^\[FAIL\] .* \(leaked \d+ pages\)/m,
  },
  {
    defect: 'a failed mapping keeps its first pages',
    from: '    mov     x1, x23\n    bl      memory_unmap\n',
    to: '',
    complaint: /^\[FAIL\] an overlapping mapping leaves nothing behind/m,
  },
  {
    defect: 'a failed mapping keeps its tables',
    from: '    bl      table_prune                 // tables made for the page that failed\n',
    to: '',
    complaint: /^\[FAIL\] a mapping without frames for its tables leaves nothing behind/m,
  },
  {
    defect: 'writable and executable at once',
    from: '    tbnz    x3, #0, memory_map_done     // with MAP_WRITE\n',
    to: '',
    complaint: /^\[FAIL\] impossible mappings are refused \(check 10\)/m,
  },
  {
    defect: 'unmapping stops half way',
    from: '    bl      memory_translate\n    tbnz    x0, #63, 5f\n    add     x21, x21, #1\n    cmp     x21, x20\n',
    to: '    add     x21, x21, #1\n    cmp     x21, x20\n',
    complaint: /^(\[FAIL\] impossible unmappings are refused|KERNEL PANIC|NESTED FAULT)/m,
  },
  {
    defect: 'EL1 may execute user pages',
    from: '    mov     x9, #ATTR_UXN\n4:',
    to: '    mov     x9, #ATTR_UXN\n    bic     x22, x22, #ATTR_PXN\n4:',
    complaint: /^\[PASS\] a user program cannot read kernel memory\nKERNEL PANIC/m,
  },
  {
    defect: 'demand pages keep their old contents',
    from: '    mov     x0, x19\n    bl      page_clear\n    mov     x0, x20\n',
    to: '    mov     x0, x20\n',
    complaint: /^\[FAIL\] a touched page appears, filled with zeros/m,
  },
  {
    defect: 'the demand range has no end',
    from: '    ldr     x9, =DEMAND_END\n    cmp     x1, x9\n    b.hs    2f\n',
    to: '',
    complaint: /^\[FAIL\] the range ends where it should/m,
  },
  {
    defect: 'the handler loses two registers',
    from: '    ldp     x8, x9, [sp, #64]\n    ldp     x10',
    to: '    ldp     x10',
    complaint: /^(\[FAIL\]|KERNEL PANIC|NESTED FAULT)/m,
  },
];

describe.skipIf(explainSkip('mutants', runMissing))('the tests notice when', () => {
  it.each(mutants)('$defect', ({ from, to, complaint }) => {
    const source = phase3KernelSource();
    expect(source.split(from)).toHaveLength(2);
    const { bytes } = assemble(source.replace(from, to), { origin: phase3KernelLayout.imageBase });
    const output = runQemu(bytes);
    expect(output).toMatch(complaint);
    expect(output).not.toContain('ALL TESTS PASSED');
  });
});
