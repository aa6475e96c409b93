import { LIVE_CASES } from '../src/suite.ts';
import { testFresh } from './comparison.ts';

/** Compiling an instruction takes longer than anything else that is done with a case. */
testFresh('jit', LIVE_CASES / 8);
