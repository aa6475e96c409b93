export { Interpreter, type InterpreterOptions } from './interpreter/engine.ts';
export type { ExceptionLoopDetector, TakenException } from './interpreter/exception-loop.ts';
export {
  type CpuModel,
  type CpuModelName,
  cpuModel,
  cpuModelNames,
  type FeatureChanges,
} from './models/index.ts';
export { type CpuOptions, cpu } from './part.ts';
