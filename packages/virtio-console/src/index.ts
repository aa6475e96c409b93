export {
  CONSOLE_FEATURE,
  type ConsoleSize,
  VirtioConsole,
  type VirtioConsoleConfig,
  type VirtioConsoleEvents,
  type VirtioConsoleState,
} from './console.ts';
export { type VirtioConsoleLine, type VirtioConsoleOptions, virtioConsole } from './part.ts';
