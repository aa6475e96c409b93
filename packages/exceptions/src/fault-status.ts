const LEVELLED: readonly (readonly [base: number, name: string])[] = [
  [0b000000, 'Address size fault'],
  [0b000100, 'Translation fault'],
  [0b001000, 'Access flag fault'],
  [0b001100, 'Permission fault'],
  [0b010100, 'Synchronous External abort on translation table walk'],
  [0b011100, 'Synchronous parity or ECC error on translation table walk'],
];

const SINGLE: Readonly<Record<number, string>> = {
  16: 'Synchronous External abort, not on translation table walk',
  17: 'Synchronous Tag Check Fault',
  24: 'Synchronous parity or ECC error on memory access, not on translation table walk',
  33: 'Alignment fault',
  48: 'TLB conflict abort',
  49: 'Unsupported atomic hardware update fault',
  52: 'IMPLEMENTATION DEFINED fault (Lockdown)',
  53: 'IMPLEMENTATION DEFINED fault (Unsupported Exclusive or Atomic access)',
};

/**
 * Name of a fault status code, as ESR_ELx has it in DFSC or IFSC and PAR_EL1 in FST.
 *
 * @example
 * faultStatusName(0b000111); // 'Translation fault, level 3'
 * @spec DDI 0487, ESR_EL1, ISS encoding for an exception from a Data Abort
 */
export function faultStatusName(status: number): string {
  const single = SINGLE[status & 0x3f];
  if (single !== undefined) return single;
  const levelled = LEVELLED.find(([base]) => base === (status & 0x3c));
  return levelled === undefined
    ? `Reserved fault status 0x${(status & 0x3f).toString(16)}`
    : `${levelled[1]}, level ${status & 3}`;
}
