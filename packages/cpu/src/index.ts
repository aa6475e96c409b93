export { Interpreter, type InterpreterOptions } from './interpreter/engine.ts';
export type { ExceptionLoopDetector, TakenException } from './interpreter/exception-loop.ts';
export type { ListedInstruction, RegionListing } from './jit/listing.ts';
export { REGION_EXITS, type RegionCounts, type RegionExitName } from './jit/profile.ts';
export type { JitOptions, JitStatistics } from './jit/region-cache.ts';
export {
  type JitProfile,
  type JitReport,
  type JitReportOptions,
  jitReport,
  type RegionReport,
  type RegionSizes,
} from './jit/report.ts';
export {
  type CpuModel,
  type CpuModelName,
  cpuModel,
  cpuModelNames,
  type FeatureChanges,
} from './models/index.ts';
export { type CpuOptions, cpu, cpuEngineNames, type EngineName } from './part.ts';
