import {
  ArmatureError,
  CPU_STATE,
  type CpuCluster,
  type CpuState,
  checkSnapshot,
  cpuAffinity,
  type DeviceTreeNode,
  type ExceptionObserver,
  INTERRUPT_LINE,
  type IrqLine,
  type Part,
  type PartContext,
  PSTATE,
  type PstateFeatures,
  type Snapshot,
  type TranslationStatistics,
} from '@armature/core';
import type { Feature } from '@armature/isa';
import { DEFAULT_ENGINE } from './default-engine.ts';
import { Interpreter, type PowerState } from './interpreter/engine.ts';
import { SharedCode } from './interpreter/shared-code.ts';
import { describeRegionEvent } from './jit/events.ts';
import { checkJitOptions } from './jit/options.ts';
import type { JitOptions } from './jit/region-cache.ts';
import { type CpuModel, type CpuModelName, cpuModel, type FeatureChanges } from './models/index.ts';
import { cpuRegisters, DC_ZVA_KEY, SeededNumbers } from './registers/index.ts';

export interface CpuOptions {
  /** Which CPU the guest sees. Default `cortex-a72`. */
  readonly model?: CpuModelName;
  /** Features to switch on or off, beyond what the model has; identification registers follow. */
  readonly features?: FeatureChanges;
  /** How many CPUs, 1 to 8; the first is on after reset, firmware turns the others on. Default 1. */
  readonly count?: number;
  /**
   * Where the random numbers of FEAT_RNG begin: the same seed, a whole number of 32 bits, gives the same numbers.
   * Gives the CPU that feature. Default: 0, where the model has the feature.
   */
  readonly random?: { readonly seed: number };
  /** What runs its instructions. Default `auto`: the fastest there is. */
  readonly engine?: EngineName;
  /** Limits of the compiler, where the engine has one. */
  readonly jit?: JitOptions;
}

/** The engines that {@link cpu} knows; `auto` is the fastest there is. */
export const cpuEngineNames = ['auto', 'interpreter', 'jit'] as const;
export type EngineName = (typeof cpuEngineNames)[number];

/** EL1 with its own stack pointer, all interrupts masked: where a CPU without EL2 and EL3 starts. */
const RESET_PSTATE = (1 << PSTATE.elShift) | PSTATE.SP | PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;

/** What a GICv2 can serve. */
const MOST_CPUS = 8;

interface ClusterState {
  readonly random: SeededNumbers['place'];
  readonly power: readonly PowerState[];
}

type Requires = 'address-translation' | 'exceptions' | 'ram';

/**
 * An AArch64 CPU as a part of a machine.
 *
 * @example createMachine().use(cpu({ model: 'cortex-a72' }))
 * @throws CONFIG_INVALID for an unknown model, feature or engine, a seed that is none, or a limit of the compiler that makes no sense; UNSUPPORTED for a feature not implemented
 */
export function cpu(options: CpuOptions = {}): Part<'cpu', Requires> {
  const model = modelOf(options);
  const engine = options.engine ?? 'auto';
  if (!cpuEngineNames.includes(engine)) {
    throw new ArmatureError('CONFIG_INVALID', `unknown CPU engine ${JSON.stringify(engine)}`, {
      context: { engine },
      hint: `The engines are ${cpuEngineNames.join(', ')}.`,
    });
  }
  checkJitOptions(options.jit ?? {});
  const { count = 1 } = options;
  if (!Number.isInteger(count) || count < 1 || count > MOST_CPUS) {
    throw new ArmatureError('CONFIG_INVALID', `${count} CPUs; a machine has 1 to ${MOST_CPUS}`, {
      context: { count },
      hint: `Give a whole number from 1 to ${MOST_CPUS}.`,
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
    cpus: count,
    toJSON: () => ({
      part: 'cpu',
      model: model.name,
      ...(options.features && { features: options.features }),
      ...(count > 1 && { count }),
      ...(options.random && { random: options.random }),
      ...(engine === 'auto' ? {} : { engine }),
      ...(options.jit && { jit: options.jit }),
    }),
    async create(context) {
      const cluster = await createCluster(model, options, context);
      return {
        capabilities: { cpu: cluster },
        deviceTree: context.cpuStates.map(({ index }) => deviceTreeNode(model, index)),
        reset: () => {
          for (const one of cluster.engines) one.reset();
        },
        snapshot: (): Snapshot<ClusterState> => ({
          type: 'cpu',
          version: 1,
          state: { random: cluster.random.place, power: cluster.engines.map(({ power }) => power) },
        }),
        restore: (snapshot) => {
          checkSnapshot(snapshot, 'cpu', 1);
          const { power, random } = snapshot.state as ClusterState;
          cluster.random.place = random;
          for (const [index, one] of cluster.engines.entries()) one.power = power[index];
        },
      };
    },
  };
}

function modelOf({ model = 'cortex-a72', features = {}, random }: CpuOptions): CpuModel {
  const add = random === undefined ? [] : (['FEAT_RNG'] as const);
  return cpuModel(model, { ...features, add: [...(features.add ?? []), ...add] });
}

function deviceTreeNode(model: CpuModel, index: number): DeviceTreeNode {
  const affinity = cpuAffinity(index);
  return {
    name: `cpu@${affinity.toString(16)}`,
    parent: '/cpus',
    label: `cpu${index}`,
    properties: {
      device_type: { strings: ['cpu'] },
      compatible: { strings: [model.deviceTreeCompatible] },
      reg: { cells: [affinity] },
    },
  };
}

async function createCluster(
  model: CpuModel,
  options: CpuOptions,
  context: PartContext<Requires>,
): Promise<Cluster> {
  const { memory, systemRegisters, cpuStates } = context;
  const random = new SeededNumbers(options.random?.seed ?? 0);
  const exceptions = context.use('exceptions').createExceptionModel(pstateFeatures(model.features));
  const translation = context.use('address-translation');
  const translators = cpuStates.map((state) =>
    translation.createTranslator(state, memory, model.translation),
  );
  systemRegisters.add(
    cpuRegisters(model, {
      cpus: cpuStates.length,
      gicSystemRegisters: () => systemRegisters.byName('ICC_SRE_EL1') !== undefined,
      random,
    }),
    'cpu',
  );
  systemRegisters.add(translators[0].registers, 'address-translation');
  systemRegisters.add(exceptions.registers, 'exceptions');
  const { codeArena, activeState } = context;
  const { engine = 'auto', jit = DEFAULT_ENGINE.jit } = options;
  const code = new SharedCode({
    memory,
    codeArena,
    activeState,
    features: model.features,
    registers: systemRegisters,
    ...((engine === 'auto' ? DEFAULT_ENGINE.engine : engine) === 'jit' && { jit }),
  });
  const engines = cpuStates.map(
    (state, index) =>
      new Interpreter({
        cpu: state,
        memory,
        bus: context.bus,
        code,
        translator: translators[index],
        exceptions,
        registers: systemRegisters,
        firmware: () => context.find('firmware'),
        semihosting: () => context.find('semihosting'),
        features: model.features,
        dcZvaKey: DC_ZVA_KEY,
        onReset: (cpu) => {
          resetState(cpu);
          if (cpu.index === 0) random.reset();
          systemRegisters.reset(cpu);
          exceptions.reset(cpu);
          translators[index].reset();
        },
      }),
  );
  await code.prepare();
  if (code.regions !== undefined) {
    code.regions.observer = (event) => context.trace('jit', () => describeRegionEvent(event));
  }
  return {
    model: model.name,
    engines,
    random,
    states: cpuStates,
    interruptInput: (cpu, line) => interruptInput(cpuStates[cpu], engines[cpu], INTERRUPT_LINE[line]),
    get translation() {
      return sum(translators.map(({ statistics }) => statistics));
    },
    observeExceptions: (observer: ExceptionObserver) => exceptions.observe(observer),
  };
}

/** The cluster with its engines as they are. */
interface Cluster extends CpuCluster {
  readonly random: SeededNumbers;
  readonly engines: readonly Interpreter[];
}

function sum(statistics: readonly TranslationStatistics[]): TranslationStatistics {
  const total = { hits: 0, misses: 0, faults: 0 };
  for (const { hits, misses, faults } of statistics) {
    total.hits += hits;
    total.misses += misses;
    total.faults += faults;
  }
  return total;
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
    ssbs2: features.has('FEAT_SSBS2'),
    bti: features.has('FEAT_BTI'),
  };
}
