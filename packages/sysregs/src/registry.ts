import {
  ArmatureError,
  CPU_STATE,
  type CpuState,
  SYSTEM_SLOT_COUNT,
  type SystemRegister,
  type SystemRegisterDefinition,
  type SystemRegisters,
  systemKey,
  systemKeyName,
} from '@armature/core';
import {
  checkDefinition,
  NO_STORAGE,
  needsPrivateSlot,
  PRIVATE_SLOT_COUNT,
  privateSlotOffset,
  resolveRegister,
  sharedOffsetOf,
} from './resolve.ts';

const KEY_COUNT = 1 << 16;

interface Row {
  readonly register: SystemRegister;
  readonly owner: string;
}

class Registry implements SystemRegisters {
  private readonly byKey: (SystemRegister | undefined)[] = new Array(KEY_COUNT).fill(undefined);
  private readonly rows = new Map<string, Row>();
  private registers: readonly SystemRegister[] = [];
  private slotsUsed = 0;

  add(definitions: readonly SystemRegisterDefinition[], owner: string): void {
    this.checkAll(definitions, owner);
    for (const definition of definitions) {
      const offset = needsPrivateSlot(definition)
        ? privateSlotOffset(this.slotsUsed++)
        : sharedOffsetOf(definition);
      const register = resolveRegister(definition, offset);
      this.byKey[register.key] = register;
      this.rows.set(register.name, { register, owner });
    }
    this.registers = [...this.rows.values()]
      .map(({ register }) => register)
      .sort((left, right) => left.key - right.key);
  }

  lookup(key: number): SystemRegister | undefined {
    return this.byKey[key];
  }

  byName(name: string): SystemRegister | undefined {
    return this.rows.get(name)?.register;
  }

  list(): readonly SystemRegister[] {
    return this.registers;
  }

  reset(cpu: CpuState): void {
    for (let slot = 0; slot < SYSTEM_SLOT_COUNT; slot++) cpu.set(CPU_STATE.system + 8 * slot, 0, 0);
    for (const { offset, reset } of this.registers) {
      if (offset === NO_STORAGE || reset === undefined) continue;
      cpu.set64(offset, typeof reset === 'function' ? reset(cpu) : reset);
    }
  }

  snapshot(cpu: CpuState): Record<string, bigint> {
    const values: Record<string, bigint> = {};
    for (const { name, offset } of this.registers) {
      if (offset !== NO_STORAGE) values[name] = cpu.get64(offset);
    }
    return values;
  }

  restore(cpu: CpuState, values: Readonly<Record<string, bigint>>): void {
    const stored = this.registers.filter(({ offset }) => offset !== NO_STORAGE);
    const missing = stored.filter(({ name }) => typeof values[name] !== 'bigint').map(({ name }) => name);
    const known = new Set(stored.map(({ name }) => name));
    const unknown = Object.keys(values).filter((name) => !known.has(name));
    if (missing.length > 0 || unknown.length > 0) {
      const parts = [
        missing.length > 0 ? `lacks ${missing.join(', ')}` : '',
        unknown.length > 0 ? `has ${unknown.join(', ')}, which this machine does not` : '',
      ].filter((part) => part !== '');
      throw new ArmatureError('SNAPSHOT_INVALID', `the system-register snapshot ${parts.join(' and ')}`, {
        context: { missing, unknown },
        hint: 'Restore a snapshot into a machine made of the same parts.',
      });
    }
    for (const { name, offset } of stored) cpu.set64(offset, values[name]);
  }

  /** Refuses the whole batch, before any of it is added. */
  private checkAll(definitions: readonly SystemRegisterDefinition[], owner: string): void {
    const keys = new Map<number, string>();
    const names = new Set<string>();
    let slots = this.slotsUsed;
    for (const definition of definitions) {
      checkDefinition(definition, owner);
      const key = systemKey(definition);
      const taken = this.byKey[key]?.name ?? keys.get(key);
      if (taken !== undefined) {
        const other = this.rows.get(taken)?.owner ?? owner;
        throw duplicate(`encoding ${systemKeyName(key)}`, definition.name, owner, taken, other);
      }
      const namesake = this.rows.get(definition.name);
      if (namesake !== undefined || names.has(definition.name)) {
        const other = namesake?.owner ?? owner;
        throw duplicate(`name ${definition.name}`, definition.name, owner, definition.name, other);
      }
      keys.set(key, definition.name);
      names.add(definition.name);
      if (needsPrivateSlot(definition)) slots++;
    }
    if (slots > PRIVATE_SLOT_COUNT) {
      throw new ArmatureError(
        'MEMORY_EXHAUSTED',
        `${owner}: ${definitions.length} system registers do not fit; a CPU has ${PRIVATE_SLOT_COUNT} slots`,
        {
          context: { owner, needed: slots, available: PRIVATE_SLOT_COUNT },
          hint: 'Registers that are constant or computed need no slot when they have read and write hooks.',
        },
      );
    }
  }
}

function duplicate(
  what: string,
  name: string,
  owner: string,
  otherName: string,
  otherOwner: string,
): ArmatureError {
  return new ArmatureError(
    'CAPABILITY_DUPLICATE',
    `${owner} adds system register ${name} with ${what}, which ${otherOwner} has taken for ${otherName}`,
    { context: { name, owner, otherName, otherOwner } },
  );
}

/**
 * An empty table of system registers for one machine. Parts add their rows; engines look them up by encoding
 * (one array read) and find storage at fixed offsets of each CPU's state block.
 *
 * @example
 * const registers = createSystemRegisters();
 * registers.add([{ name: 'TPIDR_EL1', op0: 3, op1: 0, crn: 13, crm: 0, op2: 4, access: { read: 1, write: 1 } }], 'cpu');
 * registers.byName('TPIDR_EL1')?.plainRead; // true
 */
export function createSystemRegisters(): SystemRegisters {
  return new Registry();
}
