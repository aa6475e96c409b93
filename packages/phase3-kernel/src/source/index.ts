import { allocator } from './allocator.ts';
import { boot } from './boot.ts';
import { console } from './console.ts';
import { constants } from './constants.ts';
import { demand } from './demand.ts';
import { faults } from './faults.ts';
import { fdt } from './fdt.ts';
import { header } from './header.ts';
import { memory } from './memory.ts';
import { mmu } from './mmu.ts';
import type { KernelPart } from './part.ts';
import { probes } from './probes.ts';
import { psci } from './psci.ts';
import { report } from './report.ts';
import { scenario } from './scenario.ts';
import { tables } from './tables.ts';
import { testTable } from './test-table.ts';
import { tests } from './tests.ts';
import { testsAccess } from './tests-access.ts';
import { testsAllocation } from './tests-allocation.ts';
import { testsDemand } from './tests-demand.ts';
import { testsFaults } from './tests-faults.ts';
import { testsMapping } from './tests-mapping.ts';
import { testsUser } from './tests-user.ts';
import { user } from './user.ts';
import { vectors } from './vectors.ts';

/** The image header comes first; the rest is in reading order. */
const parts: readonly KernelPart[] = [
  header,
  boot,
  vectors,
  faults,
  console,
  psci,
  fdt,
  scenario,
  allocator,
  tables,
  mmu,
  memory,
  demand,
  user,
  probes,
  report,
  tests,
  testsAllocation,
  testsAccess,
  testsMapping,
  testsDemand,
  testsFaults,
  testsUser,
  testTable,
];

/** Every part's share of one section, each under its subject. */
function section(name: 'text' | 'rodata' | 'data' | 'bss'): string {
  return parts
    .filter((part) => part[name] !== undefined)
    .map((part) => `\n// ==== ${part.subject} ====\n${part[name]}`)
    .join('');
}

/**
 * The whole kernel as one assembly text. Sections are page aligned because each has permissions of
 * its own; the guard pages are part of the image, so that nothing else can be put there.
 */
export const source: string = `// Armature memory kernel: AArch64, GNU as syntax, flat image at 0x40080000.
${constants}
text_start:
${section('text')}
    .balign PAGE_SIZE, 0
text_end:
rodata_start:
${section('rodata')}
    .balign PAGE_SIZE, 0
rodata_end:
data_start:
${section('data')}
    .balign 16, 0
bss_start:
${section('bss')}
    .balign PAGE_SIZE, 0
main_stack_guard:
    .space  PAGE_SIZE
main_stack_bottom:
    .space  MAIN_STACK_SIZE
main_stack_top:
fault_stack_guard:
    .space  PAGE_SIZE
fault_stack_bottom:
    .space  FAULT_STACK_SIZE
fault_stack_top:
image_end:
`;
