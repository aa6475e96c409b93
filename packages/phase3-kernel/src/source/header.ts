import type { KernelPart } from './part.ts';

/** The arm64 Linux Image header, which is also the first instruction of the image. */
export const header: KernelPart = {
  subject: 'Image header (Linux Documentation/arch/arm64/booting.rst)',
  text: `
image_start:
    b       boot_entry                  // code0: the loader jumps here
    .word   0                           // code1
    .quad   TEXT_OFFSET                 // load address, relative to a 2 MiB aligned RAM base
    .quad   image_end - image_start     // image_size, bss and stacks included
    .quad   0x2                         // flags: little-endian, 4 KiB pages
    .quad   0                           // res2
    .quad   0                           // res3
    .quad   0                           // res4
    .word   0x644d5241                  // magic: "ARM", 0x64
    .word   0                           // res5: no PE header
`,
};
