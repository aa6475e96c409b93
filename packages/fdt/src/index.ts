export { node, type PropertiesInit } from './build.ts';
export {
  decodeCells,
  decodeReg,
  decodeString,
  decodeStringList,
  decodeU32,
  decodeU64,
  type RegEntry,
} from './decode.ts';
export { FdtError, type FdtErrorCode, type FdtErrorContext } from './errors.ts';
export { type FdtHeader, type ParseOptions, parseFdt, parseFdtHeader } from './parse.ts';
export { Phandle, phandle } from './phandle.ts';
export { printDts, printValue } from './print.ts';
export {
  cellCounts,
  cpuRegOf,
  findByPhandle,
  findCompatible,
  findNode,
  getNode,
  getProperty,
  type NodeLocation,
  regOf,
  walk,
} from './query.ts';
export type {
  CompositeValue,
  DeviceTree,
  DeviceTreeSource,
  FdtNode,
  MemoryReservation,
  NodeSource,
  PropertyValue,
} from './tree.ts';
export { bytes, cells, concat, empty, reg, string, stringList, u32, u64 } from './values.ts';
export { type WriteOptions, writeFdt } from './write.ts';
