/** One interrupt wire, driven by a device. Level-sensitive; setting the same level twice does nothing. */
export interface IrqLine {
  readonly level: boolean;
  set(level: boolean): void;
}

/** A line that goes nowhere: a device without an interrupt drives it. */
export function unconnectedLine(): IrqLine {
  let level = false;
  return {
    get level() {
      return level;
    },
    set(value) {
      level = value;
    },
  };
}

/** Which interrupt a part asks for: a shared or a private peripheral interrupt. */
export interface InterruptSpec {
  readonly type: 'spi' | 'ppi';
  /** SPI 0 is INTID 32, PPI 0 is INTID 16. */
  readonly number: number;
}

export const spi = (number: number): InterruptSpec => ({ type: 'spi', number });
export const ppi = (number: number): InterruptSpec => ({ type: 'ppi', number });

/** Gives out interrupt lines: a GIC, or anything that ends at a CPU's interrupt input. */
export interface InterruptController {
  /** Lines the controller has, by type. */
  readonly lines: { readonly spi: number; readonly ppi: number };
  /** The line of an interrupt; `cpu` chooses among private ones. */
  line(spec: InterruptSpec, cpu?: number): IrqLine;
  /** The cells of an `interrupts` property in the device tree. */
  deviceTreeCells(spec: InterruptSpec): readonly number[];
}
