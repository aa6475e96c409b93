import {
  CPU_BLOCK,
  CPU_STATE,
  CpuState,
  type InterruptController,
  type IrqLine,
  manualClock,
  type PartContext,
  ppi,
  systemKey,
  unconnectedLine,
} from '@armature/core';
import { checkAccess, createSystemRegisters, readRegister, writeRegister } from '@armature/sysregs';
import { describe, expect, test } from 'vitest';
import { GenericTimer, type TimerName } from './generic-timer.ts';
import { genericTimer } from './part.ts';
import { CNTKCTL } from './registers.ts';
import { TickRate } from './tick-rate.ts';
import { TIMER_CONTROL } from './timer-channel.ts';

const { ENABLE, IMASK, ISTATUS } = TIMER_CONTROL;
const MHZ_62_5 = 62_500_000;

function bench({ frequency = MHZ_62_5, cpus = 1, connected = true } = {}) {
  const pages = Math.ceil((4096 + cpus * CPU_BLOCK.size) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages });
  const states = Array.from({ length: cpus }, (_, i) => new CpuState(memory, 4096 + i * CPU_BLOCK.size, i));
  const clock = manualClock();
  const lines = new Map<string, IrqLine>();
  const output = (cpu: number, timer: TimerName): IrqLine => {
    const line = unconnectedLine();
    lines.set(`${timer}${cpu}`, line);
    return line;
  };
  const timer = new GenericTimer({ clock, frequency, cpus, ...(connected && { output }) });
  const registers = createSystemRegisters();
  registers.add(timer.registers, 'timer');
  for (const cpu of states) registers.reset(cpu);
  const row = (name: string) => registers.byName(name)!;
  const get = (name: string, cpu = 0): bigint => {
    readRegister(states[cpu], row(name));
    return states[cpu].get64(CPU_STATE.transfer);
  };
  const set = (name: string, value: number | bigint, cpu = 0): void => {
    const raw = BigInt.asUintN(64, BigInt(value));
    writeRegister(states[cpu], row(name), Number(raw & 0xffff_ffffn) | 0, Number(raw >> 32n) | 0);
  };
  const level = (name: TimerName, cpu = 0): boolean => lines.get(`${name}${cpu}`)!.level;
  /** Moves the clock to where so many ticks are complete. */
  const tickTo = (ticks: number): void => clock.advanceTo((ticks * 1e9) / frequency);
  return { clock, timer, registers, states, get, set, level, tickTo, row };
}

describe('the counter', () => {
  test('counts the clock in ticks, in both views', () => {
    const { clock, get } = bench();
    expect(get('CNTVCT_EL0')).toBe(0n);
    clock.advanceTo(15);
    expect(get('CNTPCT_EL0')).toBe(0n);
    clock.advanceTo(16);
    expect(get('CNTPCT_EL0')).toBe(1n);
    clock.advanceTo(3600e9);
    expect(get('CNTVCT_EL0')).toBe(BigInt(MHZ_62_5) * 3600n);
    expect(get('CNTPCT_EL0')).toBe(get('CNTVCT_EL0'));
  });

  test('CNTFRQ_EL0 has the frequency, and takes another without changing the rate', () => {
    const { clock, get, set } = bench();
    expect(get('CNTFRQ_EL0')).toBe(62_500_000n);
    set('CNTFRQ_EL0', 0xf_ffff_ffffn);
    expect(get('CNTFRQ_EL0')).toBe(0xffff_ffffn);
    clock.advanceTo(1e9);
    expect(get('CNTVCT_EL0')).toBe(62_500_000n);
  });

  test.each([1, 3, 32_768, 19_200_000, 24_000_000, MHZ_62_5, 54_000_001, 1_000_000_000, 4_294_967_295])(
    'at %i Hz it neither drifts nor goes back',
    (frequency) => {
      const rate = new TickRate(frequency);
      let seed = frequency;
      let last = { nanos: 0, ticks: 0 };
      for (let i = 0; i < 2000; i++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        const nanos = last.nanos + (seed % 2 ** (8 + (i % 23)));
        const ticks = rate.ticksAt(nanos);
        const exact = (BigInt(nanos) * BigInt(frequency)) / 1_000_000_000n;
        expect(Math.abs(ticks - Number(exact))).toBeLessThanOrEqual(
          frequency > 1e9 || frequency % 1000 ? 1 : 0,
        );
        expect(ticks).toBeGreaterThanOrEqual(last.ticks);
        const time = rate.timeOf(ticks);
        expect(time).toBeLessThanOrEqual(nanos + 1);
        expect(rate.ticksAt(time + 1)).toBeGreaterThanOrEqual(ticks);
        last = { nanos, ticks };
      }
    },
  );
});

describe.each([
  ['physical', 'CNTP'],
  ['virtual', 'CNTV'],
] as const)('the %s timer', (name, prefix) => {
  const CTL = `${prefix}_CTL_EL0`;
  const CVAL = `${prefix}_CVAL_EL0`;
  const TVAL = `${prefix}_TVAL_EL0`;

  test('rises exactly when the count reaches CVAL', () => {
    const { clock, set, get, level } = bench();
    set(CVAL, 1000);
    set(CTL, ENABLE);
    expect(clock.nextDeadline()).toBe(16_000);
    clock.advanceTo(15_999);
    expect(level(name)).toBe(false);
    expect(get(CTL)).toBe(BigInt(ENABLE));
    clock.advanceTo(16_000);
    expect(level(name)).toBe(true);
    expect(get(CTL)).toBe(BigInt(ENABLE | ISTATUS));
    expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test('IMASK holds the output back and keeps the status; ENABLE clears both', () => {
    const { set, get, level, tickTo } = bench();
    set(CVAL, 10);
    set(CTL, ENABLE | IMASK);
    tickTo(20);
    expect(level(name)).toBe(false);
    expect(get(CTL)).toBe(BigInt(ENABLE | IMASK | ISTATUS));
    set(CTL, ENABLE);
    expect(level(name)).toBe(true);
    set(CTL, 0);
    expect(level(name)).toBe(false);
    expect(get(CTL)).toBe(0n);
  });

  test('a new CVAL lowers the output until it is reached', () => {
    const { set, level, tickTo } = bench();
    set(CTL, ENABLE);
    expect(level(name)).toBe(true);
    set(CVAL, 500);
    expect(level(name)).toBe(false);
    set(CVAL, 300);
    tickTo(299);
    expect(level(name)).toBe(false);
    tickTo(300);
    expect(level(name)).toBe(true);
  });

  test('TVAL is the distance to CVAL, signed, in 32 bits', () => {
    const { set, get, level, tickTo } = bench();
    tickTo(1000);
    set(CTL, ENABLE);
    set(TVAL, 250);
    expect(get(CVAL)).toBe(1250n);
    tickTo(1100);
    expect(get(TVAL)).toBe(150n);
    expect(level(name)).toBe(false);
    tickTo(1300);
    expect(level(name)).toBe(true);
    expect(get(TVAL)).toBe(BigInt.asUintN(32, -50n));
    set(TVAL, 0xffff_ffff);
    expect(get(CVAL)).toBe(1299n);
    set(TVAL, 0x8000_0000);
    expect(get(CVAL)).toBe(BigInt.asUintN(64, 1300n - (1n << 31n)));
    set(TVAL, 0xffff_ffff_0000_0001n);
    expect(get(CVAL)).toBe(1301n);
  });

  test('TVAL carries and borrows across 32 bits', () => {
    const { set, get, tickTo } = bench();
    tickTo(2 ** 32 - 10);
    set(TVAL, 20);
    expect(get(CVAL)).toBe((1n << 32n) + 10n);
    tickTo(2 ** 32 + 5);
    expect(get(TVAL)).toBe(5n);
    set(TVAL, -20);
    expect(get(CVAL)).toBe((1n << 32n) - 15n);
  });

  test('CVAL is 64 bits, compared unsigned; the far future costs no deadline', () => {
    const { clock, set, get, level } = bench();
    for (const value of [0xffff_ffff_ffff_ffffn, 1n << 63n, 1n << 53n]) {
      set(CTL, ENABLE);
      set(CVAL, value);
      expect(get(CVAL)).toBe(value);
      expect(level(name)).toBe(false);
      expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test('no deadline remains while disabled or masked', () => {
    const { clock, set } = bench();
    set(CVAL, 1000);
    set(CTL, ENABLE);
    set(CTL, ENABLE | IMASK);
    expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    set(CTL, ENABLE);
    set(CTL, 0);
    expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test('control keeps two bits, and ISTATUS cannot be written', () => {
    const { set, get } = bench();
    set(CVAL, 1 << 20);
    set(CTL, 0xffff_ffff_ffff_ffffn);
    expect(get(CTL)).toBe(BigInt(ENABLE | IMASK));
  });

  test('works without an output', () => {
    const { clock, set, get, tickTo } = bench({ connected: false });
    set(CVAL, 10);
    set(CTL, ENABLE);
    expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    tickTo(10);
    expect(get(CTL)).toBe(BigInt(ENABLE | ISTATUS));
  });

  test('is each CPU’s own', () => {
    const { set, get, level, tickTo } = bench({ cpus: 2 });
    set(CVAL, 10, 1);
    set(CTL, ENABLE, 1);
    tickTo(10);
    expect([level(name, 0), level(name, 1)]).toEqual([false, true]);
    expect(get(CVAL, 0)).toBe(0n);
  });

  test('a deadline that comes a nanosecond early is set again', () => {
    const { clock, set, level } = bench({ frequency: 54_000_001 });
    for (let value = 1_000_003; value < 1_000_000_000; value = value * 3 + 7) {
      set(CVAL, value);
      set(CTL, ENABLE);
      let calls = 0;
      while (!level(name)) {
        clock.advanceTo(clock.nextDeadline());
        calls++;
      }
      expect(calls).toBeLessThanOrEqual(2);
      expect(BigInt(Math.floor(clock.now())) * 54_000_001n).toBeGreaterThanOrEqual(
        BigInt(value) * 1_000_000_000n,
      );
    }
  });
});

describe('access', () => {
  const names = [
    'CNTFRQ',
    'CNTPCT',
    'CNTVCT',
    'CNTP_CTL',
    'CNTP_CVAL',
    'CNTP_TVAL',
    'CNTV_CTL',
    'CNTV_CVAL',
    'CNTV_TVAL',
  ];
  const trap = { trapClass: 0x18 };

  test.each([
    [0, []],
    [CNTKCTL.EL0PCTEN, ['CNTFRQ', 'CNTPCT']],
    [CNTKCTL.EL0VCTEN, ['CNTFRQ', 'CNTVCT']],
    [CNTKCTL.EL0PTEN, ['CNTP_CTL', 'CNTP_CVAL', 'CNTP_TVAL']],
    [CNTKCTL.EL0VTEN, ['CNTV_CTL', 'CNTV_CVAL', 'CNTV_TVAL']],
    [0x3ff, names],
  ] as const)('CNTKCTL_EL1 = %i opens exactly its registers to EL0', (value, open) => {
    const { states, set, row } = bench();
    set('CNTKCTL_EL1', value);
    states[0].pstate = 0;
    const readable = names.filter((name) => {
      const answer = checkAccess(states[0], row(`${name}_EL0`), true);
      if (answer !== 'ok') expect(answer).toEqual(trap);
      return answer === 'ok';
    });
    expect(readable).toEqual(open);
    states[0].pstate = 1 << 2;
    for (const name of names) expect(checkAccess(states[0], row(`${name}_EL0`), true)).toBe('ok');
  });

  test('the counter and, from EL0, the frequency cannot be written', () => {
    const { states, set, row } = bench();
    set('CNTKCTL_EL1', 0x3ff);
    states[0].pstate = 0;
    for (const name of ['CNTFRQ_EL0', 'CNTPCT_EL0', 'CNTVCT_EL0', 'CNTKCTL_EL1']) {
      expect(checkAccess(states[0], row(name), false)).toBe('undefined');
    }
    states[0].pstate = 1 << 2;
    expect(checkAccess(states[0], row('CNTFRQ_EL0'), false)).toBe('ok');
    expect(checkAccess(states[0], row('CNTPCT_EL0'), false)).toBe('undefined');
  });

  test('encodings', () => {
    const { registers, get, set } = bench();
    const encodings: [string, number, number, number, number][] = [
      ['CNTKCTL_EL1', 0, 14, 1, 0],
      ['CNTFRQ_EL0', 3, 14, 0, 0],
      ['CNTPCT_EL0', 3, 14, 0, 1],
      ['CNTVCT_EL0', 3, 14, 0, 2],
      ['CNTP_TVAL_EL0', 3, 14, 2, 0],
      ['CNTP_CTL_EL0', 3, 14, 2, 1],
      ['CNTP_CVAL_EL0', 3, 14, 2, 2],
      ['CNTV_TVAL_EL0', 3, 14, 3, 0],
      ['CNTV_CTL_EL0', 3, 14, 3, 1],
      ['CNTV_CVAL_EL0', 3, 14, 3, 2],
    ];
    for (const [name, op1, crn, crm, op2] of encodings) {
      expect(registers.lookup(systemKey({ op0: 3, op1, crn, crm, op2 }))?.name).toBe(name);
    }
    expect(registers.list().length).toBe(encodings.length);
    set('CNTKCTL_EL1', -1);
    expect(get('CNTKCTL_EL1')).toBe(0x3ffn);
  });
});

describe('snapshots', () => {
  test('a round trip keeps compare values, controls, outputs and deadlines', () => {
    const original = bench({ cpus: 2 });
    original.set('CNTV_CVAL_EL0', 5000);
    original.set('CNTV_CTL_EL0', ENABLE);
    original.set('CNTP_CVAL_EL0', 100, 1);
    original.set('CNTP_CTL_EL0', ENABLE, 1);
    original.set('CNTV_CVAL_EL0', 0xffff_ffff_0000_0001n, 1);
    original.set('CNTV_CTL_EL0', ENABLE | IMASK, 1);
    original.tickTo(200);
    const snapshot = JSON.parse(JSON.stringify(original.timer.snapshot()));

    const copy = bench({ cpus: 2 });
    copy.tickTo(200);
    copy.timer.restore(snapshot);
    expect(copy.timer.snapshot()).toEqual(snapshot);
    expect(copy.level('physical', 1)).toBe(true);
    expect(copy.level('virtual', 0)).toBe(false);
    expect(copy.get('CNTV_CVAL_EL0', 1)).toBe(0xffff_ffff_0000_0001n);
    expect(copy.clock.nextDeadline()).toBe(original.clock.nextDeadline());
    copy.tickTo(5000);
    expect(copy.level('virtual', 0)).toBe(true);
  });

  test('invalid snapshots are refused and change nothing', () => {
    const { timer, set } = bench();
    set('CNTV_CVAL_EL0', 5000);
    const good = timer.snapshot();
    const [cpu] = good.state.cpus;
    const bad: unknown[] = [
      { ...good, version: 2 },
      { ...good, state: undefined },
      { ...good, state: { ...good.state, frequency: 1 } },
      { ...good, state: { ...good.state, cpus: [cpu, cpu] } },
      { ...good, state: { ...good.state, cpus: [{ physical: cpu.physical }] } },
      { ...good, state: { ...good.state, cpus: [{ ...cpu, virtual: { ...cpu.virtual, control: 4 } }] } },
      { ...good, state: { ...good.state, cpus: [{ ...cpu, virtual: { ...cpu.virtual, compareLo: 0.5 } }] } },
    ];
    for (const snapshot of bad) {
      expect(() => timer.restore(snapshot as typeof good)).toThrowError(
        expect.objectContaining({ code: 'SNAPSHOT_INVALID' }),
      );
      expect(timer.snapshot()).toEqual(good);
    }
  });

  test('reset disables the timers and cancels their deadlines', () => {
    const { timer, clock, set, level } = bench();
    set('CNTV_CTL_EL0', ENABLE);
    set('CNTP_CVAL_EL0', 99);
    set('CNTP_CTL_EL0', ENABLE);
    expect(level('virtual')).toBe(true);
    timer.reset();
    expect(level('virtual')).toBe(false);
    expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('genericTimer()', () => {
  test('takes the private interrupts 27 and 30 of every CPU, and describes itself', async () => {
    const asked: unknown[] = [];
    const controller: InterruptController = {
      lines: { spi: 0, ppi: 16 },
      line(spec, cpu) {
        asked.push([spec, cpu]);
        return unconnectedLine();
      },
      deviceTreeCells: ({ number }) => [1, number, 4],
    };
    const context = {
      clock: manualClock(),
      cpuStates: bench({ cpus: 2 }).states,
      find: () => controller,
    } as unknown as PartContext;
    const component = await genericTimer().create(context);
    expect(asked).toEqual([
      [ppi(14), 0],
      [ppi(11), 0],
      [ppi(14), 1],
      [ppi(11), 1],
    ]);
    expect(component.registers?.length).toBe(10);
    expect(component.deviceTree).toEqual([
      {
        name: 'timer',
        properties: {
          compatible: { strings: ['arm,armv8-timer', 'arm,armv7-timer'] },
          'always-on': { empty: true },
          interrupts: { cells: [1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4] },
        },
      },
    ]);
    const snapshot = component.snapshot!();
    component.reset!();
    component.restore!(snapshot);
  });

  test('runs without an interrupt controller, and then is in no device tree', async () => {
    const context = { clock: manualClock(), cpuStates: bench().states, find: () => undefined };
    const component = await genericTimer({ frequency: 1000 }).create(context as unknown as PartContext);
    expect(component.deviceTree).toBeUndefined();
    expect(JSON.parse(JSON.stringify(genericTimer({ frequency: 1000 })))).toEqual({
      part: 'timer',
      frequency: 1000,
    });
  });

  test('frequencies that CNTFRQ_EL0 cannot hold are refused', () => {
    for (const frequency of [0, -1, 1.5, Number.NaN, 2 ** 32]) {
      expect(() => genericTimer({ frequency })).toThrowError(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    }
  });
});
