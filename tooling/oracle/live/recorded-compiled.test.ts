import { describe } from 'vitest';
import { testRecorded } from '../test/replaying.ts';

describe('what QEMU did, our compiler does, with all recorded cases', () => {
  testRecorded({ engine: 'jit' });
});
