import type { ExceptionRecord } from './statistics.ts';

/** One line of a trace. */
export interface TraceEvent {
  /** `exceptions`, `mmu`, `psci`, `boot`: what the reporting part calls it. */
  readonly topic: string;
  /** Name of the part that reports. */
  readonly part: string;
  readonly message: string;
  /** Machine time, nanoseconds. */
  readonly time: number;
  /** Under `exceptions`, when one was taken: the values behind the message. */
  readonly exception?: ExceptionRecord;
}

export type TraceListener = (event: TraceEvent) => void;

/** Listeners by topic. A message is built only when its topic has one. */
export class TraceHub {
  private readonly listeners = new Map<string, Set<TraceListener>>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Listens to topics, `*` being all of them; returns a function that ends it. */
  listen(topics: readonly string[], listener: TraceListener): () => void {
    for (const topic of topics) {
      const set = this.listeners.get(topic) ?? new Set();
      this.listeners.set(topic, set.add(listener));
    }
    return () => {
      for (const topic of topics) {
        const set = this.listeners.get(topic);
        set?.delete(listener);
        if (set?.size === 0) this.listeners.delete(topic);
      }
    };
  }

  emit(
    part: string,
    topic: string,
    message: () => string,
    values?: () => Pick<TraceEvent, 'exception'>,
  ): void {
    if (this.listeners.size === 0) return;
    const interested = new Set([...(this.listeners.get(topic) ?? []), ...(this.listeners.get('*') ?? [])]);
    if (interested.size === 0) return;
    const event: TraceEvent = {
      topic,
      part,
      message: message(),
      time: this.now(),
      ...values?.(),
    };
    for (const listener of interested) listener(event);
  }
}
