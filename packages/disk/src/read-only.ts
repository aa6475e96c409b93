import { checkRange, checkWritable, type Disk } from './disk.ts';

/** A disk through which another cannot be changed. Closing it closes the other. */
export function readOnlyDisk(base: Disk): Disk {
  return new ReadOnlyDisk(base);
}

class ReadOnlyDisk implements Disk {
  readonly size: number;
  readonly readOnly = true;
  private readonly base: Disk;

  constructor(base: Disk) {
    this.base = base;
    this.size = base.size;
  }

  read(offset: number, target: Uint8Array): void {
    this.base.read(offset, target);
  }

  write(offset: number, bytes: Uint8Array): void {
    checkRange(this, offset, bytes.length);
    checkWritable(this);
  }

  flush(): void {}

  discard(offset: number, length: number): void {
    checkRange(this, offset, length);
    checkWritable(this);
  }

  writeZeroes(offset: number, length: number): void {
    checkRange(this, offset, length);
    checkWritable(this);
  }

  close(): void {
    this.base.close();
  }
}
