/**
 * Host misuse throws an {@link ArmatureError}: a stable code, the offending values, and what to do next.
 * Guest faults are values, never errors.
 */
export type ErrorCode =
  | 'ADDRESS_OVERLAP'
  | 'ADDRESS_RANGE'
  | 'ALLOCATION_FAILED'
  | 'ALLOCATOR_MISBEHAVED'
  | 'CAPABILITY_DUPLICATE'
  | 'CAPABILITY_MISSING'
  | 'CONFIG_INVALID'
  | 'DEVICE_MISBEHAVED'
  | 'DISK_FAILED'
  | 'DISK_FULL'
  | 'DISK_RANGE'
  | 'DISK_READ_ONLY'
  | 'EXCEPTION_LOOP'
  | 'FILE_UNREADABLE'
  | 'GUEST_HALTED'
  | 'IMAGE_INVALID'
  | 'IMAGE_OVERLAP'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_WRONG_MACHINE'
  | 'INTERRUPT_CONFLICT'
  | 'INTERRUPT_UNAVAILABLE'
  | 'MEMORY_EXHAUSTED'
  | 'PART_UNKNOWN'
  | 'SNAPSHOT_INVALID'
  | 'UNSUPPORTED';

export interface ErrorDetails {
  /** The offending values, by name. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** One sentence that says what to do next. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class ArmatureError extends Error {
  override readonly name = 'ArmatureError';
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.context = details.context ?? {};
    this.hint = details.hint;
  }
}

/** True for errors of this project, also when two copies of this package are loaded. */
export function isArmatureError(error: unknown): error is ArmatureError {
  return error instanceof Error && error.name === 'ArmatureError' && 'code' in error;
}
