import type { KernelPart } from './part.ts';

/** Heading (a string) or test (its name and its label), in the order they run. */
const plan: readonly (string | readonly [name: string, label: string])[] = [
  'allocation',
  ['single pages', 'test_single_page'],
  ['several contiguous pages, each run its own', 'test_multiple_pages'],
  ['a large block of 512 pages', 'test_large_block_512'],
  ['a large block of 1024 pages', 'test_large_block_1024'],
  ['every allocation is page aligned', 'test_alignment'],
  ['bytes are rounded up to whole pages', 'test_bytes'],
  ['exhaustion is a value, and recovery complete', 'test_exhaustion'],
  ['impossible sizes are refused', 'test_too_large'],
  ['first fit fills the lowest hole', 'test_first_fit'],
  ['a fragmented pool refuses what does not fit', 'test_fragmentation'],
  ['part of an allocation can be freed', 'test_partial_free'],
  ['a double free is refused', 'test_double_free'],
  ['freeing a reserved frame is refused', 'test_free_reserved'],
  ['misaligned, interior, foreign and out-of-range frees are refused', 'test_free_refused'],
  ['statistics before and after', 'test_statistics'],
  'read and write',
  ['written by identity, read in the high half', 'test_write_low_read_high'],
  ['written in the high half, read by identity', 'test_write_high_read_low'],
  ['walking bits in data and addresses', 'test_walking_one'],
  ['bytes, halfwords, words and unaligned accesses', 'test_access_widths'],
  'mapping',
  ['a mapping reaches its frames', 'test_map'],
  ['touching an unmapped page faults', 'test_unmap'],
  ['a page mapped to another frame shows it', 'test_remap'],
  ['a read-only mapping', 'test_read_only'],
  ['an executable mapping', 'test_execute'],
  ['one frame under two addresses', 'test_aliases'],
  ['a mapping across tables takes and returns them', 'test_map_spans_tables'],
  ['impossible mappings are refused', 'test_map_refused'],
  ['impossible unmappings are refused', 'test_unmap_refused'],
  ['an overlapping mapping leaves nothing behind', 'test_map_overlap'],
  ['a mapping without frames for its tables leaves nothing behind', 'test_map_exhausted'],
  'demand paging',
  ['a touched page appears, filled with zeros', 'test_demand_zero'],
  ['one fault for each page', 'test_demand_once'],
  ['only touched pages take frames', 'test_demand_sparse'],
  ['the range ends where it should', 'test_demand_edges'],
  ['running out of frames in the handler is survived', 'test_demand_exhausted'],
  'deliberate faults',
  ['read of an unmapped address', 'test_fault_read'],
  ['write to an unmapped address', 'test_fault_write'],
  ['read of a non-canonical address', 'test_fault_noncanonical'],
  ['write to kernel text', 'test_fault_write_text'],
  ['write to read-only data', 'test_fault_write_rodata'],
  ['execution of data', 'test_fault_execute_page'],
  ['execution in a 2 MiB data block', 'test_fault_execute_block'],
  ['execution of an unmapped address', 'test_fault_execute_unmapped'],
  ['misaligned PC', 'test_fault_pc_alignment'],
  ['misaligned SP', 'test_fault_stack_alignment'],
  ['misaligned exclusive load', 'test_fault_exclusive'],
  ['push into the guard page below the stack', 'test_fault_guard'],
  ['undefined instruction', 'test_fault_undefined'],
  ['breakpoint instruction', 'test_fault_breakpoint'],
  ['supervisor call', 'test_fault_svc'],
  ['registers and flags survive a fault', 'test_fault_registers'],
  'EL0',
  ['a user program runs and calls', 'test_user_svc'],
  ['a user program cannot read kernel memory', 'test_user_kernel_data'],
  ['execution stays on its own side', 'test_user_execute'],
];

/** The names of the tests in the order they run. */
export const testNames: readonly string[] = plan.flatMap((item) =>
  typeof item === 'string' ? [] : [item[0]],
);

export const testTable: KernelPart = {
  subject: 'Tests: the order they run in',
  rodata: `
    .balign 8, 0
test_table:                             // name, routine; a heading has no routine
${plan
  .map((item, index) => `    .quad   test_name_${index}, ${typeof item === 'string' ? 0 : item[1]}`)
  .join('\n')}
    .quad   0, 0
${plan
  .map((item, index) => `test_name_${index}:\n    .asciz  "${typeof item === 'string' ? item : item[0]}"`)
  .join('\n')}
`,
};
