/** Blocks of machine memory begin at multiples of this many bytes, as memory of a machine alone does. */
const ALIGNMENT = 65536;

/** Gives out blocks of a range of bytes, the lowest that fits. There are few of them. */
export class Zone {
  private readonly size: number;
  /** In order of offset. */
  private readonly blocks: { readonly offset: number; readonly size: number }[] = [];

  constructor(size: number) {
    this.size = size;
  }

  /** Offset of a block of so many bytes, a multiple of 64 KiB, or -1 when there is no room. */
  take(size: number): number {
    let offset = 0;
    let place = 0;
    for (const block of this.blocks) {
      if (offset + size <= block.offset) break;
      offset = Math.ceil((block.offset + block.size) / ALIGNMENT) * ALIGNMENT;
      place++;
    }
    if (offset + size > this.size) return -1;
    this.blocks.splice(place, 0, { offset, size });
    return offset;
  }

  give(offset: number): void {
    const place = this.blocks.findIndex((block) => block.offset === offset);
    if (place >= 0) this.blocks.splice(place, 1);
  }
}
