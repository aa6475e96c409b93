export {
  GenericTimer,
  type GenericTimerConfig,
  type GenericTimerState,
  type TimerName,
} from './generic-timer.ts';
export { type GenericTimerOptions, genericTimer } from './part.ts';
export { CNTKCTL } from './registers.ts';
export { TIMER_CONTROL, TimerChannel, type TimerChannelState } from './timer-channel.ts';
