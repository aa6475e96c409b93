/** Something that a blocked thread waits for. */
export interface Sleeper {
  wake(): void;
}

/** Threads that wait for one thing. */
export class WaitQueue {
  private readonly sleepers = new Set<Sleeper>();

  add(sleeper: Sleeper): void {
    this.sleepers.add(sleeper);
  }

  remove(sleeper: Sleeper): void {
    this.sleepers.delete(sleeper);
  }

  /** Has everyone look again. */
  wakeAll(): void {
    for (const sleeper of [...this.sleepers]) sleeper.wake();
  }
}

/**
 * A system call's answer that it must wait. The call is made again, with the same arguments, when something wakes the
 * thread; what it keeps in between is in its `state`.
 */
export class Wait {
  readonly queues: readonly WaitQueue[];
  /** Nanoseconds of the machine's clock at which the call is made again with `timedOut`. */
  readonly deadline: number;
  /** What a signal handler's run does to the call: made again where SA_RESTART says so, or never. */
  readonly onSignal: 'restart' | 'interrupt' | 'sleep-on';
  /** Called when a signal breaks the wait off: the call's result, or undefined for EINTR. */
  readonly broken: (() => number | undefined) | undefined;

  constructor(
    queues: readonly WaitQueue[],
    options: {
      deadline?: number;
      onSignal?: 'restart' | 'interrupt' | 'sleep-on';
      broken?: () => number | undefined;
    } = {},
  ) {
    this.queues = queues;
    this.deadline = options.deadline ?? Number.POSITIVE_INFINITY;
    this.onSignal = options.onSignal ?? 'restart';
    this.broken = options.broken;
  }
}
