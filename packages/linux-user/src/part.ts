import { ArmatureError, type Part } from '@armature/core';
import { LinuxUser, type LinuxUserOptions } from './linux-user.ts';

/**
 * A Linux-compatible kernel as a part of a machine. It serves the exceptions of EL0, and has the firmware's place: the
 * machine has no other firmware.
 *
 * @throws CONFIG_INVALID for options that make no sense
 * @example
 * createMachine().use(linuxUser({ console: { write: (bytes) => show(bytes) } }))
 */
export function linuxUser(
  options: LinuxUserOptions = {},
): Part<'firmware' | 'linux-user', 'ram' | 'memory-management' | 'page-tables'> {
  const { maxProcesses = 1, memoryFileBytes = 0 } = options;
  for (const [name, value, least] of [
    ['maxProcesses', maxProcesses, 1],
    ['memoryFileBytes', memoryFileBytes, 0],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new ArmatureError('CONFIG_INVALID', `${name} is ${value}, not a whole number from ${least}`, {
      context: { [name]: value },
    });
  }
  return {
    name: 'linux-user',
    provides: ['firmware', 'linux-user'],
    requires: ['ram', 'memory-management', 'page-tables'],
    create(context) {
      const linux = new LinuxUser(context, options);
      return { capabilities: { firmware: linux.kernel, 'linux-user': linux } };
    },
    toJSON: () => ({
      part: 'linux-user',
      ...(options.maxProcesses !== undefined && { maxProcesses: options.maxProcesses }),
      ...(options.memoryFileBytes !== undefined && { memoryFileBytes: options.memoryFileBytes }),
      ...(options.hostName !== undefined && { hostName: options.hostName }),
    }),
  };
}
