export { type Fragmentation, type FragmentationOptions, measureFragmentation } from './metrics.ts';
