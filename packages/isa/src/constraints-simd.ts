import type { Constraint } from './types.ts';

/** Reserved-value rules of the SIMD and floating-point encoding groups. */

export const noSize3: Constraint = {
  text: 'elements are bytes, halfwords or words',
  reserved: (f) => f('size') === 3,
};

export const doubleNeedsQ: Constraint = {
  text: 'doubleword elements take a 128-bit vector',
  reserved: (f) => f('size') === 3 && f('Q') === 0,
};

export const fpDoubleNeedsQ: Constraint = {
  text: 'double-precision elements take a 128-bit vector',
  reserved: (f) => f('sz') === 1 && f('Q') === 0,
};

export const halfOrWord: Constraint = {
  text: 'elements are halfwords or words',
  reserved: (f) => f('size') === 0 || f('size') === 3,
};

export const byteOnly: Constraint = {
  text: 'elements are bytes',
  reserved: (f) => f('size') !== 0,
};

export const doublewordOnly: Constraint = {
  text: 'the element is a doubleword',
  reserved: (f) => f('size') !== 3,
};

export const complexSize: Constraint = {
  text: 'elements are half-, single- or double-precision, double-precision in a 128-bit vector',
  reserved: (f) => f('size') === 0 || (f('size') === 3 && f('Q') === 0),
};

export const complexElement: Constraint = {
  text: 'elements are half- or single-precision and the index is inside the vector',
  reserved: (f) => {
    if (f('size') === 1) return f('H') === 1 && f('Q') === 0;
    return f('size') !== 2 || f('L') === 1 || f('Q') === 0;
  },
};

export const acrossLanesSize: Constraint = {
  text: 'elements are bytes, halfwords or words, words in a 128-bit vector',
  reserved: (f) => f('size') === 3 || (f('size') === 2 && f('Q') === 0),
};

export const elementIndex: Constraint = {
  text: 'imm5 names an element size',
  reserved: (f) => (f('imm5') & 15) === 0,
};

export const elementIndexWithQ: Constraint = {
  text: 'imm5 names an element size, doublewords in a 128-bit vector',
  reserved: (f) => (f('imm5') & 15) === 0 || ((f('imm5') & 15) === 8 && f('Q') === 0),
};

export const smovElement: Constraint = {
  text: 'the element is smaller than the register',
  reserved: (f) => (f('imm5') & (f('Q') === 1 ? 7 : 3)) === 0,
};

export const umovElement: Constraint = {
  text: 'the element is a doubleword for an X register and smaller for a W register',
  reserved: (f) => (f('Q') === 1 ? (f('imm5') & 15) !== 8 : (f('imm5') & 7) === 0),
};

export const extractIndex: Constraint = {
  text: 'the position is inside the vector',
  reserved: (f) => f('Q') === 0 && f('imm4') >= 8,
};

export const vectorShift: Constraint = {
  text: 'immh is not zero, and doubleword elements take a 128-bit vector',
  reserved: (f) => f('immh') === 0 || (f('immh') >= 8 && f('Q') === 0),
};

export const narrowShift: Constraint = {
  text: 'immh names a byte, halfword or word element',
  reserved: (f) => f('immh') === 0 || f('immh') >= 8,
};

export const anyShift: Constraint = {
  text: 'immh is not zero',
  reserved: (f) => f('immh') === 0,
};

export const doublewordShift: Constraint = {
  text: 'immh names a doubleword element',
  reserved: (f) => f('immh') < 8,
};

export const fixedPointShiftVector: Constraint = {
  text: 'immh names a single- or double-precision element, double-precision in a 128-bit vector',
  reserved: (f) => f('immh') < 4 || (f('immh') >= 8 && f('Q') === 0),
};

export const fixedPointShiftScalar: Constraint = {
  text: 'immh names a single- or double-precision element',
  reserved: (f) => f('immh') < 4,
};

export const fpElementVector: Constraint = {
  text: 'a double-precision element is indexed by H alone and takes a 128-bit vector',
  reserved: (f) => f('sz') === 1 && (f('L') === 1 || f('Q') === 0),
};

export const fpElementScalar: Constraint = {
  text: 'a double-precision element is indexed by H alone',
  reserved: (f) => f('sz') === 1 && f('L') === 1,
};

export const fpConversionTypes: Constraint = {
  text: 'the two precisions differ',
  reserved: (f) => f('ftype') === 2 || f('opc') === 2 || f('ftype') === f('opc'),
};

export const fixedPointScale: Constraint = {
  text: 'a 32-bit register has at most 32 fraction bits',
  reserved: (f) => f('sf') === 0 && f('scale') < 32,
};

export const singleStructure: Constraint = {
  text: 'size and S are an index of the element size',
  reserved: (f) => {
    const size = f('size');
    if (f('scale') === 3) return true;
    if (f('scale') === 1) return (size & 1) === 1;
    return f('scale') === 2 && (size > 1 || (size === 1 && f('S') === 1));
  },
};

export const fpAccessSize: Constraint = {
  text: 'the access is 1 to 16 bytes',
  reserved: (f) => f('opc1') === 1 && f('size') !== 0,
};

export const fpAccessSizeAndExtension: Constraint = {
  text: 'the access is 1 to 16 bytes and the index extension is UXTW, LSL, SXTW or SXTX',
  reserved: (f) => (f('opc1') === 1 && f('size') !== 0) || (f('option') & 2) === 0,
};

export const fpPairSize: Constraint = {
  text: 'each register is 4, 8 or 16 bytes',
  reserved: (f) => f('opc') === 3,
};

export const evenPairs: Constraint = {
  text: 'register pairs begin with an even register',
  reserved: (f) => (f('Rs') & 1) === 1 || (f('Rt') & 1) === 1,
};
