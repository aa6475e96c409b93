import { decodeBitMasks } from './bits.ts';
import type { Constraint } from './types.ts';

/** Reserved-value rules that several encoding groups share. */

export const shiftAmountBelowDatasize: Constraint = {
  text: 'the shift amount is below 32 in the 32-bit form',
  reserved: (f) => f('sf') === 0 && f('imm6') >= 32,
};

export const noRorAndAmountBelowDatasize: Constraint = {
  text: 'the shift is LSL, LSR or ASR, and its amount is below 32 in the 32-bit form',
  reserved: (f) => f('shift') === 3 || (f('sf') === 0 && f('imm6') >= 32),
};

export const extendAmountAtMost4: Constraint = {
  text: 'the shift after the extension is 0 to 4',
  reserved: (f) => f('imm3') > 4,
};

export const bitMaskImmediate: Constraint = {
  text: 'N:imms:immr is a valid bit mask immediate',
  reserved: (f) => decodeBitMasks(f('N'), f('imms'), f('immr'), f('sf') ? 64 : 32) === undefined,
};

export const moveWideShift: Constraint = {
  text: 'the shift is 0 or 16 in the 32-bit form',
  reserved: (f) => f('sf') === 0 && f('hw') > 1,
};

export const bitfieldRange: Constraint = {
  text: 'N equals sf, and immr and imms are below 32 in the 32-bit form',
  reserved: (f) => f('N') !== f('sf') || (f('sf') === 0 && (f('immr') >= 32 || f('imms') >= 32)),
};

export const extractRange: Constraint = {
  text: 'N equals sf, and the bit position is below 32 in the 32-bit form',
  reserved: (f) => f('N') !== f('sf') || (f('sf') === 0 && f('imms') >= 32),
};

export const indexExtension: Constraint = {
  text: 'the index extension is UXTW, LSL, SXTW or SXTX',
  reserved: (f) => (f('option') & 2) === 0,
};

export const revWidth: Constraint = {
  text: 'REV reverses as many bytes as its register holds',
  reserved: (f) => f('sf') !== f('opc0'),
};

export const basePstateField: Constraint = {
  text: 'the PSTATE field is SPSel, DAIFSet or DAIFClr',
  reserved: (f) => {
    const selector = (f('op1') << 3) | f('op2');
    return selector !== 0b000_101 && selector !== 0b011_110 && selector !== 0b011_111;
  },
};
