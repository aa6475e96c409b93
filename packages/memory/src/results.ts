/** Why a request was refused. A refused request changes nothing. */
export type MemoryFailureReason =
  /** Not a whole number of bytes or pages above zero. */
  | 'INVALID_SIZE'
  /** Not an address, not page-aligned, not canonical, or past the end of the address space. */
  | 'INVALID_ADDRESS'
  /** Rights that cannot be given: writable and executable together, executable device memory. */
  | 'INVALID_ATTRIBUTES'
  /** No free frames, or no contiguous run of them. */
  | 'OUT_OF_MEMORY'
  /** The address is not of a run that is allocated now. */
  | 'NOT_ALLOCATED'
  /** The run was freed before. */
  | 'DOUBLE_FREE'
  /** The run has another number of pages. */
  | 'WRONG_SIZE'
  /** The frames are in use: mapped, or page tables, or someone else's. */
  | 'IN_USE'
  /** The frames are reserved. */
  | 'RESERVED'
  /** The virtual range overlaps a mapping or a demand range. */
  | 'ALREADY_MAPPED'
  /** Nothing is mapped there, or not all of it. */
  | 'NOT_MAPPED'
  /** The physical range is not all RAM; device regions need the attribute `device`. */
  | 'NOT_RAM'
  /** The mapping does not allow this access. */
  | 'PERMISSION'
  /** There is no page-table builder. */
  | 'NO_TRANSLATION'
  /** The page tables in guest memory are damaged: something wrote over them. */
  | 'TABLES_DAMAGED'
  /** The allocator broke its contract; `allocator` names it. Memory that was handed out is untouched. */
  | 'ALLOCATOR_MISBEHAVED';

/** A refused request, as a value. */
export interface MemoryFailure {
  readonly ok: false;
  readonly reason: MemoryFailureReason;
  /** One sentence for people. */
  readonly message: string;
  /** Name of the allocator at fault, with reason ALLOCATOR_MISBEHAVED. */
  readonly allocator?: string;
  readonly cause?: unknown;
}

/** What was asked for, or why it was refused. */
export type MemoryResult<Value extends object = object> = (Value & { readonly ok: true }) | MemoryFailure;

export const OK: { readonly ok: true } = { ok: true };

export function refuse(reason: MemoryFailureReason, message: string, cause?: unknown): MemoryFailure {
  return { ok: false, reason, message, ...(cause !== undefined && { cause }) };
}
