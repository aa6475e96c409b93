import { describe } from 'vitest';
import { testRecorded } from '../test/replaying.ts';

/** ARMATURE_RECORDED_ONE_OF=1 takes all, which is minutes. */
const ONE_OF = Number(process.env.ARMATURE_RECORDED_ONE_OF ?? 4);

describe(`what QEMU did, our compiler does, with one of ${ONE_OF} recorded cases of each row`, () => {
  testRecorded({ engine: 'jit', oneOf: ONE_OF });
});
