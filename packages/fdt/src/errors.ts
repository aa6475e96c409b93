/**
 * Stable codes of {@link FdtError}.
 *
 * Reading a blob:
 * - `FDT_TRUNCATED`: the bytes end before the header, or before `totalsize`.
 * - `FDT_BAD_MAGIC`: the first word is not 0xd00dfeed.
 * - `FDT_BAD_VERSION`: the blob cannot be read as version 16 or 17.
 * - `FDT_BAD_LAYOUT`: a block is misaligned, outside the blob, or overlaps another one.
 * - `FDT_BAD_STRUCTURE`: an unknown token, a token out of place, or one that leaves the structure block.
 * - `FDT_BAD_STRING`: a property name's offset is outside the strings block, or the string does not end.
 * - `FDT_TOO_DEEP`, `FDT_TOO_LARGE`: a limit of the reader or the writer was passed.
 *
 * Reading and writing:
 * - `FDT_BAD_NAME`: a node or property name is empty, too long, or has a character that is not allowed.
 * - `FDT_DUPLICATE`: two properties of a node, or two children of a node, have the same name.
 * - `FDT_BAD_PHANDLE`: a phandle is undefined, defined twice, or reserved.
 *
 * Values and lookups:
 * - `FDT_BAD_VALUE`: a value does not have the asked-for form, or a number does not fit.
 * - `FDT_NOT_FOUND`: a node or property that the caller requires is absent.
 * - `FDT_AMBIGUOUS`: a path without a unit address names several nodes.
 */
export type FdtErrorCode =
  | 'FDT_TRUNCATED'
  | 'FDT_BAD_MAGIC'
  | 'FDT_BAD_VERSION'
  | 'FDT_BAD_LAYOUT'
  | 'FDT_BAD_STRUCTURE'
  | 'FDT_BAD_STRING'
  | 'FDT_TOO_DEEP'
  | 'FDT_TOO_LARGE'
  | 'FDT_BAD_NAME'
  | 'FDT_DUPLICATE'
  | 'FDT_BAD_PHANDLE'
  | 'FDT_BAD_VALUE'
  | 'FDT_NOT_FOUND'
  | 'FDT_AMBIGUOUS';

/** Where and on what an {@link FdtError} was raised. */
export interface FdtErrorContext {
  /** Byte offset from the start of the blob; set by the reader. */
  readonly offset?: number;
  /** Path of the node, when it is known. */
  readonly path?: string;
  /** The node or property name. */
  readonly name?: string;
  /** The offending value. */
  readonly value?: number | bigint | string;
  /** The bound that was passed. */
  readonly limit?: number;
}

/** The only error this package throws. */
export class FdtError extends Error {
  override readonly name = 'FdtError';
  readonly code: FdtErrorCode;
  readonly context: FdtErrorContext;

  constructor(code: FdtErrorCode, message: string, context: FdtErrorContext = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }

  /** Byte offset from the start of the blob, or undefined when the error is not about a blob. */
  get offset(): number | undefined {
    return this.context.offset;
  }
}
