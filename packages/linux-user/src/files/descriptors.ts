import { fail } from '../errno.ts';
import type { OpenFile } from './open-file.ts';

/** Descriptors that a process may have: RLIMIT_NOFILE. */
export const MOST_DESCRIPTORS = 1024;

interface Descriptor {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

/** A process's descriptors; threads and CLONE_FILES share one table. */
export class DescriptorTable {
  users = 1;
  /** RLIMIT_NOFILE. */
  limit = MOST_DESCRIPTORS;
  private slots: (Descriptor | undefined)[] = [];

  /** @throws EBADF */
  get(descriptor: number): OpenFile {
    return this.slot(descriptor).file;
  }

  find(descriptor: number): OpenFile | undefined {
    return this.slots[descriptor]?.file;
  }

  closeOnExec(descriptor: number): boolean {
    return this.slot(descriptor).closeOnExec;
  }

  setCloseOnExec(descriptor: number, value: boolean): void {
    this.slot(descriptor).closeOnExec = value;
  }

  /** Enters a file at the lowest free descriptor that is at least `from`. @throws EMFILE */
  add(file: OpenFile, closeOnExec: boolean, from = 0): number {
    let descriptor = from;
    while (this.slots[descriptor] !== undefined) descriptor++;
    if (descriptor >= this.limit) fail('EMFILE');
    this.put(descriptor, file, closeOnExec);
    return descriptor;
  }

  /** Enters a file at a descriptor, closing what is there. @throws EBADF */
  replace(descriptor: number, file: OpenFile, closeOnExec: boolean): void {
    if (descriptor < 0 || descriptor >= this.limit) fail('EBADF');
    const before = this.slots[descriptor];
    this.put(descriptor, file, closeOnExec);
    before?.file.release();
  }

  /** @throws EBADF */
  close(descriptor: number): void {
    const { file } = this.slot(descriptor);
    this.slots[descriptor] = undefined;
    file.release();
  }

  closeAll(): void {
    for (const [descriptor, slot] of this.slots.entries()) if (slot !== undefined) this.close(descriptor);
  }

  closeForExec(): void {
    for (const [descriptor, slot] of this.slots.entries()) if (slot?.closeOnExec) this.close(descriptor);
  }

  /** A table of its own with the same files. */
  copy(): DescriptorTable {
    const table = new DescriptorTable();
    table.limit = this.limit;
    for (const [descriptor, slot] of this.slots.entries()) {
      if (slot !== undefined) table.put(descriptor, slot.file, slot.closeOnExec);
    }
    return table;
  }

  /** Descriptors in use, in order. */
  get used(): number[] {
    return this.slots.flatMap((slot, descriptor) => (slot === undefined ? [] : [descriptor]));
  }

  get files(): OpenFile[] {
    return this.slots.flatMap((slot) => (slot === undefined ? [] : [slot.file]));
  }

  private put(descriptor: number, file: OpenFile, closeOnExec: boolean): void {
    while (this.slots.length < descriptor) this.slots.push(undefined);
    this.slots[descriptor] = { file: file.retain(), closeOnExec };
  }

  private slot(descriptor: number): Descriptor {
    const slot = descriptor >= 0 ? this.slots[descriptor] : undefined;
    if (slot === undefined) fail('EBADF');
    return slot;
  }
}
