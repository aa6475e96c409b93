export { type EntropySource, hostEntropy, seededEntropy } from './entropy.ts';
export { type VirtioRngOptions, virtioRng } from './part.ts';
export { VirtioRng } from './rng.ts';
