import {
  ArmatureError,
  cells,
  checkSnapshot,
  empty,
  type InterruptSpec,
  type IrqLine,
  type Part,
  type Snapshot,
  strings,
} from '@armature/core';

export interface WiredInterruptsOptions {
  /** Shared lines, 0 to 988. Default 32. */
  readonly spis?: number;
}

/** Levels of the lines that are up, by type. */
interface WiredState {
  readonly spi: readonly number[];
  readonly ppi: readonly number[];
}

const PPI_COUNT = 16;
const SPI_LIMIT = 988;
/** Trigger type of a level-sensitive interrupt that is active high, as the GIC's binding has it. */
const LEVEL_HIGH = 4;

/**
 * The simplest interrupt controller: every line ends at CPU 0's IRQ input, which is up while any line is.
 * The guest finds the cause by asking its devices; there are no registers.
 *
 * @throws CONFIG_INVALID when `spis` is not a whole number from 0 to 988
 */
export function wiredInterrupts({
  spis = 32,
}: WiredInterruptsOptions = {}): Part<'interrupt-controller', 'cpu'> {
  if (!Number.isInteger(spis) || spis < 0 || spis > SPI_LIMIT) {
    throw new ArmatureError('CONFIG_INVALID', `${spis} is not a number of SPIs`, {
      context: { spis },
      hint: `Give a whole number from 0 to ${SPI_LIMIT}.`,
    });
  }
  return {
    name: 'wired-interrupts',
    provides: ['interrupt-controller'],
    requires: ['cpu'],
    create(context) {
      const output = context.use('cpu').interruptInput(0, 'irq');
      const up = { spi: new Set<number>(), ppi: new Set<number>() };
      const drive = (): void => output.set(up.spi.size + up.ppi.size > 0);
      const line = ({ type, number }: InterruptSpec): IrqLine => ({
        get level() {
          return up[type].has(number);
        },
        set(level) {
          if (level) up[type].add(number);
          else up[type].delete(number);
          drive();
        },
      });
      return {
        capabilities: {
          'interrupt-controller': {
            lines: { spi: spis, ppi: PPI_COUNT },
            line,
            deviceTreeCells: ({ type, number }) => [type === 'spi' ? 0 : 1, number, LEVEL_HIGH],
          },
        },
        deviceTree: [
          {
            name: 'interrupt-controller',
            label: context.name,
            properties: {
              compatible: strings('armature,wired-interrupts'),
              'interrupt-controller': empty,
              '#interrupt-cells': cells(3),
              '#address-cells': cells(0),
            },
          },
        ],
        reset() {
          up.spi.clear();
          up.ppi.clear();
          drive();
        },
        snapshot: (): Snapshot<WiredState> => ({
          type: 'wired-interrupts',
          version: 1,
          state: { spi: [...up.spi], ppi: [...up.ppi] },
        }),
        restore(snapshot) {
          checkSnapshot(snapshot, 'wired-interrupts', 1);
          const state = snapshot.state as WiredState;
          up.spi = new Set(state.spi);
          up.ppi = new Set(state.ppi);
          drive();
        },
      };
    },
    toJSON: () => ({ part: 'wired-interrupts', spis }),
  };
}
