import type { AllowedDifference } from './log.ts';

/** Lines of our log that QEMU's log of the same configuration does not have. */
export const ALLOWED_DIFFERENCES: readonly AllowedDifference[] = [
  {
    pattern: /^setend instruction emulation is not supported on this system$/,
    reason: 'our models leave AArch32 out, whose SETEND instruction the kernel emulates for EL0',
  },
  {
    pattern: /^reboot: Restarting system$/,
    reason: 'QEMU’s guest is not told to reboot',
  },
  {
    pattern: /^hrtimer: interrupt took # ns$/,
    reason: 'the host ran something else for a while; QEMU’s log has it as often',
  },
];
