import { FdtError } from './errors.ts';

/**
 * A reference to a node that has no number until the tree is written.
 *
 * The node that it names holds it as its `phandle` property; other properties hold it wherever a cell
 * refers to that node. Make one with {@link phandle}.
 */
export class Phandle {
  /** The number asked for, or undefined when the writer chooses one. */
  readonly fixed: number | undefined;
  /** Used in error messages only. */
  readonly label: string;

  constructor(label: string, fixed: number | undefined) {
    this.label = label;
    this.fixed = fixed;
  }
}

/**
 * Makes a phandle. The writer gives it the lowest number that the tree does not use, in the order in which the
 * nodes that define phandles are written.
 *
 * @param label name for error messages
 * @param fixed a number to use instead, 1 to 0xffff_fffe
 * @throws FdtError `FDT_BAD_PHANDLE` when `fixed` is out of range
 * @spec Devicetree Specification v0.4, phandle
 * @example
 * const gic = phandle('gic');
 * const root = node('', { 'interrupt-parent': gic }, [node('intc@8000000', { phandle: gic })]);
 */
export function phandle(label = 'phandle', fixed?: number): Phandle {
  if (fixed !== undefined && !isPhandleNumber(fixed)) {
    throw new FdtError('FDT_BAD_PHANDLE', `phandle ${label}: ${fixed} is not between 1 and 0xfffffffe`, {
      name: label,
      value: fixed,
    });
  }
  return new Phandle(label, fixed);
}

/** Whether a number may be a phandle: 0 and 0xffffffff are reserved. */
export function isPhandleNumber(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 0xffff_ffff;
}
