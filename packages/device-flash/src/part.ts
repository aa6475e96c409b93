import {
  ArmatureError,
  type AssignedRegion,
  type Component,
  cells,
  checkSnapshot,
  formatBytes,
  PAGE_SIZE,
  type Part,
  type PartConfig,
  type PartContext,
  reg,
  type Snapshot,
  strings,
  toNumber,
} from '@armature/core';
import type { FlashBacking } from './backing.ts';
import { CfiFlash } from './cfi-flash.ts';
import { BUS_WIDTH } from './commands.ts';

const SNAPSHOT_TYPE = 'flash';
const SNAPSHOT_VERSION = 1;
const DEFAULT_BANK = 64 * 2 ** 20;
const DEFAULT_SECTOR = 256 * 1024;

/** One bank of a flash. */
export interface FlashBank {
  /** Contents at the start, from the bank's first byte; the guest's changes are lost with the machine. */
  readonly image?: Uint8Array;
  /** Contents that outlive the machine, instead of `image`. */
  readonly backing?: FlashBacking;
  /** Programming and erasing fail. Default false. */
  readonly readOnly?: boolean;
}

export interface FlashOptions {
  /** Physical address of the first bank; the others follow. Default: assigned by the machine. */
  readonly base?: number | bigint;
  /** Bytes of a bank, a power of two. Default 64 MiB. */
  readonly bankSize?: number | bigint;
  /** Bytes of an erase block, a power of two. Default 256 KiB. */
  readonly sectorSize?: number | bigint;
  /** The banks. Default two empty ones. */
  readonly banks?: readonly FlashBank[];
  /** What a bank holds beyond its image or backing, 0 to 255. Default 0, as in QEMU; real flash is 255. */
  readonly fill?: number;
}

interface Bank {
  readonly device: CfiFlash;
  readonly region: AssignedRegion;
  /** Puts all contents into the backing. */
  store(): void;
  dispose(): void;
}

/**
 * CFI parallel NOR flash as a part of a machine: banks of two 16-bit chips on a 32-bit bus. The guest reads and
 * executes it at the speed of RAM.
 *
 * @throws CONFIG_INVALID for sizes, banks or a fill that are not possible
 * @example
 * createMachine().use(flash({ base: 0, banks: [{ image: firmware, readOnly: true }, { backing }] }))
 */
export function flash(options: FlashOptions = {}): Part {
  const { base, banks = [{}, {}], fill = 0 } = options;
  const bankSize = toNumber(options.bankSize ?? DEFAULT_BANK);
  const sectorSize = toNumber(options.sectorSize ?? DEFAULT_SECTOR);
  checkOptions({ banks, fill, bankSize, sectorSize });
  return {
    name: 'flash',
    provides: [],
    requires: [],
    regions: banks.map((_, index) => ({
      name: `bank${index}`,
      ...(base !== undefined && { base: toNumber(base) + index * bankSize }),
      size: bankSize,
      kind: 'rom',
    })),
    async create(context) {
      const made: Bank[] = [];
      try {
        for (const [index, bank] of banks.entries()) {
          made.push(await createBank(context, `bank${index}`, bank, sectorSize, fill));
        }
      } catch (error) {
        for (const bank of made) bank.dispose();
        throw error;
      }
      return createComponent(context.name, made);
    },
    toJSON: (): PartConfig => ({
      part: 'flash',
      ...(base !== undefined && { base: toNumber(base) }),
      ...(options.bankSize !== undefined && { bankSize }),
      ...(options.sectorSize !== undefined && { sectorSize }),
      ...(options.banks && { banks: banks.map(({ readOnly }) => ({ ...(readOnly && { readOnly }) })) }),
      ...(options.fill !== undefined && { fill }),
    }),
  };
}

function checkOptions(given: {
  banks: readonly FlashBank[];
  fill: number;
  bankSize: number;
  sectorSize: number;
}): void {
  const { banks, fill, bankSize, sectorSize } = given;
  const isPower = (value: number): boolean => Number.isInteger(Math.log2(value));
  const wrong =
    banks.length === 0
      ? 'it has no banks'
      : banks.some(({ image, backing }) => image !== undefined && backing !== undefined)
        ? 'a bank has both an image and a backing'
        : !(Number.isInteger(fill) && fill >= 0 && fill <= 0xff)
          ? `${fill} is not a byte`
          : !isPower(bankSize) || !isPower(sectorSize) || bankSize < Math.max(PAGE_SIZE, sectorSize)
            ? `banks of ${bankSize} bytes with sectors of ${sectorSize} bytes`
            : undefined;
  if (wrong !== undefined) {
    throw new ArmatureError('CONFIG_INVALID', `a flash is not possible: ${wrong}`, {
      context: { bankSize, sectorSize, fill },
      hint: 'Sizes are powers of two, a bank is at least a page and a sector; give a bank one source of contents.',
    });
  }
}

async function createBank(
  context: PartContext,
  name: string,
  { image, backing, readOnly = false }: FlashBank,
  sectorSize: number,
  fill: number,
): Promise<Bank> {
  const { memory } = context;
  const region = context.regions[name];
  const { base, size } = region;
  const bytes = (await backing?.load()) ?? image ?? new Uint8Array();
  if (bytes.length > size) {
    backing?.close?.();
    throw new ArmatureError(
      'IMAGE_TOO_LARGE',
      `${bytes.length} bytes do not fit ${name} of ${context.name}, which has ${formatBytes(size)}`,
      { context: { bank: name, length: bytes.length, size }, hint: 'Use a smaller image or larger banks.' },
    );
  }
  const held = memory.regionAt(base)!;
  const contents = memory.bytes.subarray(held.hostOffset, held.hostOffset + size);
  if (fill !== 0) contents.fill(fill, bytes.length);
  contents.set(bytes);
  memory.notifyWritten(base, size);
  const keep = readOnly ? undefined : backing;
  const device = new CfiFlash({
    contents,
    sectorSize,
    readOnly,
    onModeChange: (array) => memory.setVisible(held, array),
    ...(keep && { store: (offset: number, changed: Uint8Array) => keep.store(offset, changed) }),
    onChange: (offset, length) => memory.notifyWritten(base + offset, length),
    onError: (message) => context.trace('flash', () => `${name}: ${message()}`),
  });
  return {
    device,
    region,
    store: () => keep?.store(0, contents),
    dispose: () => backing?.close?.(),
  };
}

function createComponent(name: string, banks: readonly Bank[]): Component {
  const [first] = banks;
  return {
    devices: Object.fromEntries(banks.map(({ region, device }) => [region.name, device])),
    deviceTree: [
      {
        name: `flash@${first.region.base.toString(16)}`,
        label: name,
        properties: {
          compatible: strings('cfi-flash'),
          reg: reg(...banks.map(({ region }): [number, number] => [region.base, region.size])),
          'bank-width': cells(BUS_WIDTH),
        },
      },
    ],
    reset() {
      for (const { device } of banks) device.reset();
    },
    snapshot: () => ({
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: { banks: banks.map(({ device }) => device.snapshot()) },
    }),
    restore(snapshot) {
      checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
      const saved = (snapshot.state as { banks: readonly Snapshot[] } | null)?.banks;
      if (!Array.isArray(saved) || saved.length !== banks.length) {
        throw new ArmatureError(
          'SNAPSHOT_INVALID',
          `the snapshot is not of a flash with ${banks.length} banks`,
        );
      }
      for (const [index, bank] of banks.entries()) {
        bank.device.restore(saved[index]);
        bank.store();
      }
    },
    dispose() {
      for (const bank of banks) bank.dispose();
    },
  };
}
