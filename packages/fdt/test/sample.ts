import {
  cells,
  type DeviceTreeSource,
  empty,
  type FdtError,
  node,
  phandle,
  reg,
  string,
  stringList,
  u32,
} from '../src/index.ts';

/** A small machine with an interrupt controller, a bus with `ranges`, aliases and a memory reservation. */
export function sampleSource(): DeviceTreeSource {
  const gic = phandle('gic');
  const clock = phandle('apb-pclk', 0x8000);
  const root = node(
    '',
    {
      compatible: string('linux,dummy-virt'),
      '#address-cells': u32(2),
      '#size-cells': u32(2),
      'interrupt-parent': gic,
    },
    [
      node('aliases', { serial0: string('/soc/pl011@1000') }),
      node('chosen', { 'stdout-path': string('serial0') }),
      node('memory@40000000', { device_type: string('memory'), reg: reg([[0x4000_0000, 0x2000_0000]]) }),
      node('intc@8000000', {
        compatible: string('arm,gic-v3'),
        'interrupt-controller': empty(),
        '#interrupt-cells': u32(3),
        reg: reg([
          [0x800_0000, 0x1_0000],
          [0x80a_0000, 0xf6_0000],
        ]),
        phandle: gic,
      }),
      node('apb-pclk', { compatible: string('fixed-clock'), '#clock-cells': u32(0), phandle: clock }),
      node(
        'soc',
        {
          '#address-cells': u32(1),
          '#size-cells': u32(1),
          ranges: cells(0, 0, 0x900_0000, 0x10_0000),
        },
        [
          node('pl011@1000', {
            compatible: stringList('arm,pl011', 'arm,primecell'),
            reg: reg([[0x1000, 0x1000]], 1, 1),
            interrupts: cells(0, 1, 4),
            clocks: cells(clock, clock),
            'clock-names': stringList('uartclk', 'apb_pclk'),
          }),
          node('gpio@2000', { reg: reg([[0x2000, 0x1000]], 1, 1) }),
          node('gpio@3000', { reg: reg([[0x3000, 0x1000]], 1, 1) }),
        ],
      ),
    ],
  );
  return { root, memoryReservations: [{ address: 0x4800_0000n, size: 0x1_0000n }], bootCpuId: 3 };
}

/** The code of the FdtError that `run` throws, or undefined when it throws nothing. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof Error && error.name === 'FdtError') return (error as FdtError).code;
    throw error;
  }
  return undefined;
}
