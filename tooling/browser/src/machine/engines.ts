import type { VirtOptions } from '@armature/machine';

export type EngineName = NonNullable<VirtOptions['engine']>;

/** The engines of `cpu({ engine })`, each by itself: what tests run on, and what the page offers beside `auto`. */
export const ENGINES = ['interpreter', 'jit'] as const satisfies readonly EngineName[];

/** What a user may ask for. */
export const ENGINE_CHOICES: readonly EngineName[] = ['auto', ...ENGINES];
