import { ArmatureError } from '@armature/core';
import { DIRECTORY_ENTRY_SIZE, FWCFG_KEY, KEY_INDEX, KEY_MASK, NAME_SIZE } from './registers.ts';

/** How a file may be used. */
export interface FileOptions {
  /** The guest may write to it, within its size, by DMA. Default false. */
  readonly writable?: boolean;
  /** Called with the whole contents after every write of the guest. */
  readonly onWrite?: (bytes: Uint8Array) => void;
}

/** What a key selects. Its bytes are replaced, never changed in place. */
export interface Item {
  bytes: Uint8Array;
  readonly initial: Uint8Array;
  readonly writable: boolean;
  readonly onWrite: ((bytes: Uint8Array) => void) | undefined;
}

export interface SavedItem {
  readonly key: number;
  readonly bytes: Uint8Array;
}

export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly initial: Uint8Array;
  readonly writable: boolean;
}

const NAME = /^[\x21-\x7e]{1,55}$/;
const FILE_LIMIT = KEY_INDEX + 1 - FWCFG_KEY.FIRST_FILE;

const item = (bytes: Uint8Array, { writable = false, onWrite }: FileOptions = {}): Item => ({
  bytes,
  initial: bytes,
  writable,
  onWrite,
});

/** Items by key. Files have the keys from 0x20, in the order of their names, as QEMU gives them. */
export class Items {
  private readonly fixed = new Map<number, Item>();
  private readonly files = new Map<string, Item>();
  private byKey: Item[] = [];
  private directory: Item = item(new Uint8Array(4));

  /** The item that a key selects. */
  find(key: number): Item | undefined {
    const which = key & KEY_MASK;
    if (which === FWCFG_KEY.FILE_DIRECTORY) return this.directory;
    return this.fixed.get(which) ?? this.byKey[which - FWCFG_KEY.FIRST_FILE];
  }

  /** @throws CONFIG_INVALID for a key of the file directory or of a file, or one with other bits */
  set(key: number, bytes: Uint8Array): void {
    const index = key & KEY_INDEX;
    const own = (key & ~KEY_INDEX) === 0x8000;
    const valid = Number.isInteger(key) && (own || (key === index && index < FWCFG_KEY.FILE_DIRECTORY));
    if (!valid) {
      throw new ArmatureError('CONFIG_INVALID', `firmware configuration items cannot have the key ${key}`, {
        context: { key },
        hint: 'Use a key below 0x19 or from 0x8000 to 0xbfff, or give the item as a file.',
      });
    }
    this.fixed.set(key, item(bytes));
  }

  /** @throws CONFIG_INVALID for a name that is empty, longer than 55 characters or not printable ASCII */
  setFile(name: string, bytes: Uint8Array, options?: FileOptions): void {
    if (!NAME.test(name)) {
      throw new ArmatureError(
        'CONFIG_INVALID',
        `${JSON.stringify(name)} is not a name of a firmware configuration file`,
        { context: { name }, hint: 'Use 1 to 55 printable ASCII characters, such as opt/org.example/key.' },
      );
    }
    if (!this.files.has(name) && this.files.size === FILE_LIMIT) {
      throw new ArmatureError(
        'CONFIG_INVALID',
        `there are ${FILE_LIMIT} firmware configuration files already`,
      );
    }
    this.files.set(name, item(bytes, options));
    this.index();
  }

  /** What guests wrote is undone. */
  reset(): void {
    for (const file of this.files.values()) file.bytes = file.initial;
  }

  save(): { items: SavedItem[]; files: SavedFile[] } {
    return {
      items: [...this.fixed].map(([key, { bytes }]) => ({ key, bytes })),
      files: [...this.files].map(([name, { bytes, initial, writable }]) => ({
        name,
        bytes,
        initial,
        writable,
      })),
    };
  }

  /** Takes what was saved; files that are here too keep whom they tell of writes. */
  load(items: readonly SavedItem[], files: readonly SavedFile[]): void {
    const listeners = new Map([...this.files].map(([name, { onWrite }]) => [name, onWrite]));
    this.fixed.clear();
    this.files.clear();
    for (const { key, bytes } of items) this.fixed.set(key, item(bytes));
    for (const { name, bytes, initial, writable } of files) {
      const onWrite = listeners.get(name);
      this.files.set(name, { bytes, initial, writable, onWrite });
      if (bytes !== initial) onWrite?.(bytes);
    }
    this.index();
  }

  private index(): void {
    const names = [...this.files.keys()].sort();
    this.byKey = names.map((name) => this.files.get(name)!);
    const bytes = new Uint8Array(4 + DIRECTORY_ENTRY_SIZE * names.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, names.length);
    for (const [index, name] of names.entries()) {
      const at = 4 + DIRECTORY_ENTRY_SIZE * index;
      view.setUint32(at, this.byKey[index].bytes.length);
      view.setUint16(at + 4, FWCFG_KEY.FIRST_FILE + index);
      bytes.set(new TextEncoder().encode(name), at + DIRECTORY_ENTRY_SIZE - NAME_SIZE);
    }
    this.directory = item(bytes);
  }
}
