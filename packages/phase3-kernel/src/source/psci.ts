import type { KernelPart } from './part.ts';

/** Power-off and the two ways a run ends early. */
export const psci: KernelPart = {
  subject: 'Power: PSCI SYSTEM_OFF, refusal',
  text: String.raw`
// system_off(): does not return. The conduit of this board is HVC.
system_off:
    ldr     x0, =PSCI_SYSTEM_OFF
    hvc     #0
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
