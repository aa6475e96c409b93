import { LIVE_CASES } from '../src/suite.ts';
import { testFresh } from './comparison.ts';

testFresh('interpreter', LIVE_CASES);
