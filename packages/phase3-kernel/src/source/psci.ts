import type { KernelPart } from './part.ts';

/** Power-off and the two ways a run ends early. */
export const psci: KernelPart = {
  subject: 'Power: PSCI SYSTEM_OFF, refusal',
  text: `
// system_off(): does not return. The board answers HVC; entered at EL2 it can only answer SMC.
system_off:
    ldr     x0, =PSCI_SYSTEM_OFF
    mrs     x9, currentel
    cmp     x9, #2 << 2
    b.eq    2f
    hvc     #0
    b       1f
2:  smc     #0
1:  wfi                                 // only when no PSCI is there to answer
    b       1b

// boot_refuse(x0 = reason): does not return. The machine is left as it was found.
boot_refuse:
    mov     x1, x0
    adr     x0, refuse_format
    bl      console_printf
    b       system_off
    .ltorg
`,
  rodata: String.raw`
refuse_format:
    .asciz  "BOOT REFUSED: %s\n"
`,
};
