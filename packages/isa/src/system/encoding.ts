/** The parts of a system register encoding. */
export interface SystemRegisterEncoding {
  readonly op0: number;
  readonly op1: number;
  readonly CRn: number;
  readonly CRm: number;
  readonly op2: number;
}

/** Splits op0:op1:CRn:CRm:op2, a 16-bit number, into its parts. */
export function splitEncoding(encoding: number): SystemRegisterEncoding {
  return {
    op0: (encoding >>> 14) & 3,
    op1: (encoding >>> 11) & 7,
    CRn: (encoding >>> 7) & 15,
    CRm: (encoding >>> 3) & 15,
    op2: encoding & 7,
  };
}
