/** Assembly-time constants: the memory map, descriptor bits, result codes and register values. */
export const constants = `
// ---- Memory map --------------------------------------------------------------------------------
.equ RAM_BASE,          0x40000000      // physical region the kernel owns
.equ REGION_SIZE,       0x08000000      // 128 MiB, mapped by both halves
.equ REGION_END,        0x48000000
.equ IMAGE_BASE,        0x40080000      // RAM_BASE + text_offset
.equ TEXT_OFFSET,       0x80000
.equ LOW_RESERVED,      0x100000        // the first 1 MiB is never handed out
.equ PAGE_SIZE,         4096
.equ PAGE_SHIFT,        12
.equ PAGE_MASK,         0xfff
.equ BLOCK_SIZE,        0x200000        // what one level 2 descriptor maps
.equ BLOCK_MASK,        0x1fffff
.equ POOL_PAGES,        4096            // 16 MiB managed by the bitmap
.equ POOL_END,          0x41000000
.equ POOL_BITMAP_BYTES, 512             // POOL_PAGES / 8
.equ HIGH_BASE,         0xffff000000000000      // TTBR1: virtual = HIGH_BASE + physical
.equ MAP_BASE,          0x0000008000000000      // first address memory_map may use (L0 slot 1)
.equ DEMAND_BASE,       0xffff800000000000      // demand-paged range (L0 slot 256 of TTBR1)
.equ DEMAND_PAGES,      64
.equ DEMAND_END,        0xffff800000040000
.equ MAIN_STACK_SIZE,   0x4000
.equ FAULT_STACK_SIZE,  0x2000

// ---- PL011 (Arm DDI 0183, Summary of registers) ------------------------------------------------
.equ UART_BASE,         0x09000000
.equ UART_END,          0x09001000
.equ UART_DR,           0x000
.equ UART_FR,           0x018
.equ UART_FR_TXFF,      5
.equ UART_IBRD,         0x024
.equ UART_FBRD,         0x028
.equ UART_LCR_H,        0x02c
.equ UART_CR,           0x030
.equ UART_IMSC,         0x038
.equ UART_ICR,          0x044

// ---- Results: zero is success, failures are distinct negative values ---------------------------
.equ E_INVALID,         -1              // zero count, or flags that make no sense
.equ E_ALIGN,           -2              // address not on a page boundary
.equ E_FOREIGN,         -3              // frame outside the managed pool
.equ E_RANGE,           -4              // range leaves the pool, or is not a canonical address
.equ E_RESERVED,        -5              // belongs to the kernel
.equ E_FREE,            -6              // frame is already free: a double free
.equ E_INTERIOR,        -7              // not the first page of an allocation
.equ E_NOMEM,           -8              // no frame left
.equ E_MAPPED,          -9              // virtual page already mapped
.equ E_UNMAPPED,        -10             // virtual page not mapped

// ---- memory_map flags --------------------------------------------------------------------------
.equ MAP_WRITE,         1
.equ MAP_EXEC,          2
.equ MAP_USER,          4
.equ MAP_DEVICE,        8

// ---- VMSAv8-64 stage 1 descriptors (Arm DDI 0487, VMSAv8-64 descriptor formats) ----------------
.equ DESC_VALID,        0x1
.equ DESC_TABLE,        0x3             // levels 0 to 2
.equ DESC_BLOCK,        0x1             // levels 1 and 2
.equ DESC_PAGE,         0x3             // level 3
.equ DESC_ADDRESS,      0x0000fffffffff000
.equ ATTR_DEVICE,       0x000           // AttrIndx 0
.equ ATTR_NORMAL,       0x004           // AttrIndx 1
.equ ATTR_USER,         0x040           // AP[1]
.equ ATTR_READ_ONLY,    0x080           // AP[2]
.equ ATTR_INNER,        0x300           // SH
.equ ATTR_ACCESS,       0x400           // AF
.equ ATTR_NOT_GLOBAL,   0x800           // nG
.equ ATTR_PXN,          0x0020000000000000
.equ ATTR_UXN,          0x0040000000000000
.equ KERNEL_TEXT,       0x0040000000000784      // AF, inner, read-only, normal, UXN
.equ KERNEL_RODATA,     0x0060000000000784      // AF, inner, read-only, normal, UXN, PXN
.equ KERNEL_DATA,       0x0060000000000704      // AF, inner, normal, UXN, PXN
.equ KERNEL_DEVICE,     0x0060000000000400      // AF, device, UXN, PXN

// ---- System register values --------------------------------------------------------------------
.equ MAIR_VALUE,        0xff00          // 0: Device-nGnRnE; 1: Normal, inner and outer write-back
.equ TCR_VALUE,         0xb5103510      // T0SZ = T1SZ = 16, 4 KiB granules, inner-shareable WBWA
.equ SCTLR_MMU_OFF,     0x30d00818      // RES1 bits, SP alignment checks
.equ SCTLR_MMU_ON,      0x30d0181d      // + M, C and I
.equ SPSR_EL1T_MASKED,  0x3c4           // EL1, SP_EL0, DAIF masked
.equ SPSR_EL0T_MASKED,  0x3c0           // EL0, DAIF masked

// ---- Exception classes (Arm DDI 0487, ESR_EL1) -------------------------------------------------
.equ EC_UNKNOWN,        0x00
.equ EC_SVC64,          0x15
.equ EC_IABT_LOWER,     0x20
.equ EC_IABT_SAME,      0x21
.equ EC_PC_ALIGNMENT,   0x22
.equ EC_DABT_LOWER,     0x24
.equ EC_DABT_SAME,      0x25
.equ EC_SP_ALIGNMENT,   0x26
.equ EC_BRK64,          0x3c

// ---- PSCI (Arm DEN 0022) -----------------------------------------------------------------------
.equ PSCI_SYSTEM_OFF,   0x84000008
`;
