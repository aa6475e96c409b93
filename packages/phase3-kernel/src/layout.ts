/**
 * The kernel's address map. All addresses are bigint because the high half needs 64 bits; sizes are bytes.
 * A test holds these against the assembly's own constants.
 */
export const phase3KernelLayout = {
  /** First byte of the RAM the kernel owns. */
  ramBase: 0x4000_0000n,
  /** Bytes from `ramBase` that both halves map. The machine must have at least this much RAM. */
  regionSize: 0x800_0000n,
  /** Where the image is loaded and entered: `ramBase` plus the header's text_offset. */
  imageBase: 0x4008_0000n,
  /** The `text_offset` of the arm64 Image header. */
  textOffset: 0x8_0000n,
  /** Bytes at `ramBase` that are never handed out. */
  lowReserved: 0x10_0000n,
  /** Bytes in a page. */
  pageSize: 4096n,
  /** Pages the bitmap manages, from `ramBase`. */
  poolPages: 4096,
  /** The TTBR1 half: virtual address = `highBase` + physical address. */
  highBase: 0xffff_0000_0000_0000n,
  /** First virtual address `memory_map` may use. */
  mapBase: 0x80_0000_0000n,
  /** The demand-paged range: first address and pages. */
  demandBase: 0xffff_8000_0000_0000n,
  demandPages: 64,
  /** The PL011 all output goes to. */
  uartBase: 0x900_0000n,
} as const;
