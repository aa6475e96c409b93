import { describe } from 'vitest';
import { testRecorded } from './replaying.ts';

/** The live tests take more of them. */
const ONE_OF = 16;

describe(`what QEMU did, our compiler does, with one of ${ONE_OF} recorded cases of each row`, () => {
  testRecorded({ engine: 'jit', oneOf: ONE_OF });
});
