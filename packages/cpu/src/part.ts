import {
  ArmatureError,
  CPU_STATE,
  type CpuCluster,
  type CpuState,
  type ExceptionObserver,
  INTERRUPT_LINE,
  type IrqLine,
  type Part,
  type PartContext,
  PSTATE,
  type PstateFeatures,
} from '@armature/core';
import type { Feature } from '@armature/isa';
import { Interpreter } from './interpreter/engine.ts';
import { type CpuModel, type CpuModelName, cpuModel, type FeatureChanges } from './models/index.ts';
import { cpuRegisters, DC_ZVA_KEY, SeededNumbers } from './registers/index.ts';

export interface CpuOptions {
  /** Which CPU the guest sees. Default `cortex-a72`. */
  readonly model?: CpuModelName;
  /** Features to switch on or off, beyond what the model has; identification registers follow. */
  readonly features?: FeatureChanges;
  /**
   * Gives the CPU the random numbers of FEAT_RNG: the same seed, a whole number of 32 bits, gives the same numbers.
   * Default: the CPU has no RNDR.
   */
  readonly random?: { readonly seed: number };
  /** What runs its instructions. Default `auto`: the fastest there is. */
  readonly engine?: 'auto' | 'interpreter';
}

/** EL1 with its own stack pointer, all interrupts masked: where a CPU without EL2 and EL3 starts. */
const RESET_PSTATE = (1 << PSTATE.elShift) | PSTATE.SP | PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;

type Requires = 'address-translation' | 'exceptions' | 'ram';

/**
 * An AArch64 CPU as a part of a machine.
 *
 * @example createMachine().use(cpu({ model: 'cortex-a72' }))
 * @throws CONFIG_INVALID for an unknown model, feature or engine, or a seed that is none; UNSUPPORTED for a feature not implemented
 */
export function cpu(options: CpuOptions = {}): Part<'cpu', Requires> {
  const model = cpuModel(options.model ?? 'cortex-a72', options.features);
  const engine = options.engine ?? 'auto';
  if (engine !== 'auto' && engine !== 'interpreter') {
    throw new ArmatureError('CONFIG_INVALID', `unknown CPU engine ${JSON.stringify(engine)}`, {
      context: { engine },
      hint: 'The engines are auto and interpreter.',
    });
  }
  const seed = options.random?.seed;
  if (seed !== undefined && (seed | 0) !== seed && seed >>> 0 !== seed) {
    throw new ArmatureError('CONFIG_INVALID', `random.seed is ${seed}, not a whole number of 32 bits`, {
      context: { seed },
      hint: 'Take one from -2147483648 to 4294967295.',
    });
  }
  return {
    name: 'cpu',
    provides: ['cpu'],
    requires: ['address-translation', 'exceptions', 'ram'],
    cpus: 1,
    toJSON: () => ({
      part: 'cpu',
      model: model.name,
      ...(options.features && { features: options.features }),
      ...(options.random && { random: options.random }),
      ...(engine === 'auto' ? {} : { engine }),
    }),
    async create(context) {
      const cluster = await createCluster(model, options, context);
      return {
        capabilities: { cpu: cluster },
        deviceTree: [
          {
            name: 'cpu@0',
            parent: '/cpus',
            label: 'cpu0',
            properties: {
              device_type: { strings: ['cpu'] },
              compatible: { strings: [model.deviceTreeCompatible] },
              reg: { cells: [0] },
            },
          },
        ],
        reset: () => {
          for (const one of cluster.engines) one.reset();
        },
      };
    },
  };
}

async function createCluster(
  model: CpuModel,
  options: CpuOptions,
  context: PartContext<Requires>,
): Promise<CpuCluster> {
  const random = options.random && new SeededNumbers(options.random.seed);
  const state = context.cpuStates[0];
  const translator = context
    .use('address-translation')
    .createTranslator(state, context.memory, model.translation);
  const exceptions = context.use('exceptions').createExceptionModel(pstateFeatures(model.features));
  const { systemRegisters } = context;
  systemRegisters.add(cpuRegisters(model, { ...(random && { random }) }), 'cpu');
  systemRegisters.add(translator.registers, 'address-translation');
  systemRegisters.add(exceptions.registers, 'exceptions');
  const interpreter = new Interpreter({
    cpu: state,
    memory: context.memory,
    bus: context.bus,
    codeArena: context.codeArena,
    translator,
    exceptions,
    registers: systemRegisters,
    firmware: () => context.find('firmware'),
    semihosting: () => context.find('semihosting'),
    features: model.features,
    dcZvaKey: DC_ZVA_KEY,
    onReset: (cpu) => {
      resetState(cpu);
      random?.reset();
      systemRegisters.reset(cpu);
      exceptions.reset(cpu);
      translator.reset();
    },
  });
  await interpreter.prepare();
  return {
    model: model.name,
    engines: [interpreter],
    states: [state],
    interruptInput: (_cpu, line) => interruptInput(state, interpreter, INTERRUPT_LINE[line]),
    get translation() {
      return translator.statistics;
    },
    observeExceptions: (observer: ExceptionObserver) => exceptions.observe(observer),
  };
}

function interruptInput(cpu: CpuState, engine: Interpreter, mask: number): IrqLine {
  return {
    get level() {
      return (cpu.lo(CPU_STATE.interruptLines) & mask) !== 0;
    },
    set(level) {
      cpu.setInterruptLine(mask, level);
      engine.interruptsChanged();
    },
  };
}

/** General registers and PSTATE after a cold reset: zero where the architecture says UNKNOWN. */
function resetState(cpu: CpuState): void {
  for (let offset = 0; offset < CPU_STATE.v + 16 * 32; offset += 4) cpu.setLo(offset, 0);
  cpu.pstate = RESET_PSTATE;
  cpu.nzcv = 0;
  cpu.clearExclusive();
}

/** The PSTATE fields that come with features. */
export function pstateFeatures(features: ReadonlySet<Feature>): PstateFeatures {
  return {
    pan: features.has('FEAT_PAN'),
    uao: features.has('FEAT_UAO'),
    dit: features.has('FEAT_DIT'),
    ssbs: features.has('FEAT_SSBS'),
    bti: features.has('FEAT_BTI'),
  };
}
