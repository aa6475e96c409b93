/** The typed machine builder, boards, boot protocols and the JSON form of machines. */
export { type AddressWindow, formatRange, type PlacedRegion } from './address-map.ts';
export type { AnyPart } from './any-part.ts';
export { buildMachine } from './assemble.ts';
export { VIRT_MAP, type VirtCapabilities, type VirtOptions, virt } from './boards/virt.ts';
export { applyBoot, type BootOptions, type BootPlan, boot, planBoot } from './boot/boot.ts';
export {
  type ElfCode,
  type ElfImage,
  type ElfSegment,
  type ElfSymbol,
  type ElfType,
  elfCode,
  elfPhysicalEntry,
  elfSymbols,
  parseElf,
} from './boot/elf.ts';
export { checkPlausibleCode, decompressImage, detectImage, type ImageKind } from './boot/image.ts';
export { type LinuxImageHeader, parseLinuxImage } from './boot/linux-image.ts';
export type { LoadedPiece } from './boot/load-map.ts';
export { type CannotBuild, createMachine, type MachineBuilder } from './builder.ts';
export type { HostTime } from './clocks.ts';
export { chooseInDeviceTree, type DeviceTreeOptions } from './device-tree.ts';
export type { ClockMode, MachineDocument } from './json/document.ts';
export {
  type FromJsonOptions,
  type MachineDescription,
  machineFromJSON,
  readMachineDocument,
} from './json/from-json.ts';
export { OptionReader } from './json/option-reader.ts';
export { allocatorByName, allocatorNames, type PartFactory, standardParts } from './json/part-registry.ts';
export { parseInterrupt, parseQuantity, requireQuantity } from './json/quantities.ts';
export type { Machine, RunEnd, RunOptions, RunResult } from './machine.ts';
export {
  type Arena,
  type ArenaOptions,
  type ArenaStatistics,
  type ArenaUse,
  createArena,
} from './memory/arena.ts';
export { type OnDemandOptions, onDemand } from './memory/on-demand.ts';
export type { MachineOptions } from './options.ts';
export { type RamOptions, type RomOptions, ram, rom } from './parts/ram.ts';
export { type WiredInterruptsOptions, wiredInterrupts } from './parts/wired-interrupts.ts';
export type { ExceptionCounts, ExceptionRecord, MachineStatistics } from './statistics.ts';
export type { TraceEvent, TraceListener } from './trace.ts';
