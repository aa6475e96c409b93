/** A device-tree property as a part states it. `phandle` and `interrupt-parent` are resolved by the machine. */
export type DeviceTreeValue =
  | { readonly cells: readonly (number | { readonly phandle: string })[] }
  | { readonly strings: readonly string[] }
  | { readonly bytes: Uint8Array }
  | { readonly empty: true };

/** A node contributed by a part. The machine adds `interrupt-parent` at the root. */
export interface DeviceTreeNode {
  /** Name with unit address: `pl011@9000000`. */
  readonly name: string;
  /** Path of the parent, default `/`. */
  readonly parent?: string;
  /** Other nodes refer to this one by label. */
  readonly label?: string;
  readonly properties: Readonly<Record<string, DeviceTreeValue>>;
  readonly children?: readonly DeviceTreeNode[];
}

export const cells = (...values: (number | { readonly phandle: string })[]): DeviceTreeValue => ({
  cells: values,
});
export const strings = (...values: string[]): DeviceTreeValue => ({ strings: values });
export const empty: DeviceTreeValue = { empty: true };

/** Address and size as the `reg` property holds them: two cells each. */
export function reg(...pairs: readonly (readonly [address: number, size: number])[]): DeviceTreeValue {
  return {
    cells: pairs.flatMap(([address, size]) => [
      Math.floor(address / 2 ** 32),
      address >>> 0,
      Math.floor(size / 2 ** 32),
      size >>> 0,
    ]),
  };
}

/** A clock that always runs, at `frequency` Hz. Parts that share one contribute it alike. */
export function fixedClock(label: string, frequency: number, outputName: string): DeviceTreeNode {
  return {
    name: label,
    label,
    properties: {
      compatible: strings('fixed-clock'),
      '#clock-cells': cells(0),
      'clock-frequency': cells(frequency),
      'clock-output-names': strings(outputName),
    },
  };
}

/** The clock of PrimeCell peripherals on virt boards: 24 MHz. */
export const PERIPHERAL_CLOCK: DeviceTreeNode = fixedClock('apb-pclk', 24_000_000, 'clk24mhz');
