/** Small parts for the builder's tests: a CPU that runs a script instead of instructions, and a device. */
import {
  type CpuEngine,
  type ExceptionObserver,
  INTERRUPT_LINE,
  type InterruptSpec,
  type Part,
  type PartContext,
  type RunOutcome,
} from '@armature/core';

/** What the fake CPU does next; every step runs once, and a finished script waits for an interrupt. */
export type Step =
  | { readonly run: number }
  | { readonly wait: true }
  | { readonly call: (context: PartContext<never>) => void }
  | { readonly exception: { syndrome: number } };

export class FakeEngine implements CpuEngine {
  readonly name = 'script';
  readonly cpu;
  instructions = 0;
  resets = 0;
  observer: ExceptionObserver | undefined;
  private readonly steps: Step[];
  private left = 0;
  private stop = false;
  private readonly context: PartContext<never>;

  constructor(context: PartContext<never>, steps: readonly Step[]) {
    this.context = context;
    this.cpu = context.cpuStates[0];
    this.steps = [...steps];
  }

  run(budget: number): RunOutcome {
    const start = this.instructions;
    const outcome = (reason: RunOutcome['reason']): RunOutcome => ({
      instructions: this.instructions - start,
      reason,
    });
    while (true) {
      if (this.stop) {
        this.stop = false;
        return outcome('requested');
      }
      if (this.left > 0) {
        const count = Math.min(this.left, budget - (this.instructions - start));
        this.instructions += count;
        this.left -= count;
        if (this.left > 0) return outcome('budget');
      }
      const step = this.steps[0];
      if (step === undefined) return outcome('waiting');
      if ('wait' in step) {
        if (!this.level) return outcome('waiting');
        this.steps.shift();
      } else if ('call' in step) {
        this.steps.shift();
        step.call(this.context);
      } else if ('exception' in step) {
        this.steps.shift();
        this.observer?.taken?.(this.cpu, 'synchronous', step.exception.syndrome);
      } else {
        this.steps.shift();
        this.left = step.run;
      }
    }
  }

  level = false;
  readonly poweredOn = true;

  get idle(): boolean {
    const step = this.steps[0];
    return this.left === 0 && !this.stop && (step === undefined || ('wait' in step && !this.level));
  }
  powerOn(): void {}
  powerOff(): void {}

  requestStop(): void {
    this.stop = true;
  }
  interruptsChanged(): void {}
  invalidateCode(): void {}
  reset(): void {
    this.instructions = 0;
    this.resets++;
  }
}

/** A CPU part that runs a script. `engine` gives access to it once the machine is built. */
export function fakeCpu(
  steps: readonly Step[] = [],
): Part<'cpu', 'exceptions'> & { readonly engine: () => FakeEngine } {
  let engine: FakeEngine | undefined;
  return {
    name: 'cpu',
    provides: ['cpu'],
    requires: ['exceptions'],
    cpus: 1,
    engine: () => engine!,
    create(context) {
      const made = new FakeEngine(context, steps);
      engine = made;
      return {
        capabilities: {
          cpu: {
            model: 'cortex-a72',
            engines: [made],
            states: context.cpuStates,
            interruptInput: () => ({
              get level() {
                return made.level;
              },
              set(level) {
                made.level = level;
                made.cpu.setInterruptLine(INTERRUPT_LINE.irq, level);
              },
            }),
            translation: { hits: 5, misses: 2, faults: 1 },
            observeExceptions: (observer) => {
              made.observer = observer;
            },
          },
        },
        reset: () => made.reset(),
      };
    },
    toJSON: () => ({ part: 'cpu' }),
  };
}

/** An exception model that nothing uses. */
export function fakeExceptions(): Part<'exceptions'> {
  return {
    name: 'exceptions',
    provides: ['exceptions'],
    requires: [],
    create: () => ({ capabilities: { exceptions: { createExceptionModel: () => ({}) as never } } }),
    toJSON: () => ({ part: 'exceptions' }),
  };
}

/** A device of eight bytes. */
export function fakeDevice(
  options: { name?: string; base?: number; size?: number; irq?: InterruptSpec | 'auto' } = {},
): Part & { readonly log: string[]; readonly context: () => PartContext } {
  const { name = 'device', base, size = 8, irq } = options;
  const log: string[] = [];
  let seen: PartContext | undefined;
  let value = 0;
  return {
    name,
    provides: [],
    requires: [],
    log,
    context: () => seen!,
    regions: [{ name: 'registers', kind: 'mmio', size, ...(base !== undefined && { base }) }],
    interrupts: irq === undefined ? [] : [{ name: 'line', ...(irq !== 'auto' && { spec: irq }) }],
    create(context) {
      seen = context;
      return {
        devices: {
          registers: {
            read(offset, width) {
              log.push(`read ${offset} ${width}`);
              return value;
            },
            write(offset, width, written) {
              log.push(`write ${offset} ${width} ${written}`);
              value = written;
              return undefined;
            },
          },
        },
        deviceTree: [
          {
            name: `${name}@${context.regions['registers'].base.toString(16)}`,
            properties: { compatible: { strings: ['test,device'] } },
          },
        ],
        reset: () => {
          value = 0;
        },
        snapshot: () => ({ type: 'fake-device', version: 1, state: { value } }),
        restore: (snapshot) => {
          value = (snapshot.state as { value: number }).value;
        },
      };
    },
    toJSON: () => ({ part: 'device', ...(base !== undefined && { base }) }),
  };
}
