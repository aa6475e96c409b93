import {
  ArmatureError,
  CPU_STATE,
  highHalf,
  lowHalf,
  SHARED_SYSTEM_REGISTERS,
  type SharedSystemRegister,
  SYSTEM_SLOT_COUNT,
  type SystemRegister,
  type SystemRegisterDefinition,
  sharedRegisterOffset,
  systemKey,
} from '@armature/core';

const ALL_BITS = 0xffff_ffff_ffff_ffffn;

/** Offset of a register without storage. */
export const NO_STORAGE = -1;

/** Slots in a CPU's state block that no shared register takes. */
export const PRIVATE_SLOT_COUNT = SYSTEM_SLOT_COUNT - SHARED_SYSTEM_REGISTERS.length;

const sharedNames: ReadonlySet<string> = new Set(SHARED_SYSTEM_REGISTERS);

/** The shared slot a definition stands on, if any. */
export function sharedSlotOf(definition: SystemRegisterDefinition): SharedSystemRegister | undefined {
  if (definition.slot !== undefined) return definition.slot;
  return sharedNames.has(definition.name) ? (definition.name as SharedSystemRegister) : undefined;
}

/** True when a definition needs a slot of its own. Registers that are hooks all round have no storage. */
export function needsPrivateSlot(definition: SystemRegisterDefinition): boolean {
  if (definition.operate !== undefined || sharedSlotOf(definition) !== undefined) return false;
  if (definition.reset !== undefined || definition.afterWrite !== undefined) return true;
  const readIsHooked = definition.read !== undefined || definition.access.read === 4;
  const writeIsHooked = definition.write !== undefined || definition.access.write === 4;
  return !(readIsHooked && writeIsHooked && (definition.read ?? definition.write) !== undefined);
}

/** Byte offset of the n-th slot after the shared ones. */
export function privateSlotOffset(index: number): number {
  return CPU_STATE.system + 8 * (SHARED_SYSTEM_REGISTERS.length + index);
}

/**
 * Checks that each field of an encoding fits and that a SYS operation is one.
 *
 * @throws CONFIG_INVALID
 */
export function checkDefinition(definition: SystemRegisterDefinition, owner: string): void {
  const limits = { op0: 3, op1: 7, crn: 15, crm: 15, op2: 7 } as const;
  for (const [field, limit] of Object.entries(limits) as [keyof typeof limits, number][]) {
    const value = definition[field];
    if (!Number.isInteger(value) || value < 0 || value > limit) {
      throw new ArmatureError(
        'CONFIG_INVALID',
        `${owner}: system register ${definition.name} has ${field} = ${value}, outside 0 to ${limit}`,
        { context: { owner, name: definition.name, field, value } },
      );
    }
  }
  if ((definition.operate !== undefined) !== (definition.op0 === 1)) {
    throw new ArmatureError(
      'CONFIG_INVALID',
      `${owner}: ${definition.name} has op0 = ${definition.op0}; op0 = 1 and an operate hook go together`,
      {
        context: { owner, name: definition.name, op0: definition.op0 },
        hint: 'SYS operations have op0 = 1 and operate; registers have op0 = 2 or 3 and storage or hooks.',
      },
    );
  }
}

/** A definition with its derived fields filled in. */
export function resolveRegister(definition: SystemRegisterDefinition, offset: number): SystemRegister {
  const mask = definition.writeMask ?? ALL_BITS;
  const hasCheck = definition.check !== undefined;
  const isOperation = definition.operate !== undefined;
  return {
    ...definition,
    key: systemKey(definition),
    offset,
    maskLo: lowHalf(mask),
    maskHi: highHalf(mask),
    plainRead: !isOperation && !hasCheck && definition.read === undefined && definition.access.read < 4,
    plainWrite:
      !isOperation &&
      !hasCheck &&
      definition.write === undefined &&
      definition.afterWrite === undefined &&
      definition.synchronises !== true &&
      definition.access.write < 4,
  };
}

/** Offset of a definition's shared slot, or {@link NO_STORAGE}. */
export function sharedOffsetOf(definition: SystemRegisterDefinition): number {
  const shared = sharedSlotOf(definition);
  return shared === undefined || definition.operate !== undefined ? NO_STORAGE : sharedRegisterOffset(shared);
}
