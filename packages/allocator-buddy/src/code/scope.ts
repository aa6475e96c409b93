/** What the functions are written with. */
import { bytes, type ModuleBuilder, type Variable } from '@armature/wasm-assembler';
import type { Layout } from '../layout.ts';

/** Makes local variables of the function that is written. */
export type MakeLocal = () => Variable;

export function scopeOf(builder: ModuleBuilder, layout: Layout) {
  const define: ModuleBuilder['define'] = (...parts) => builder.define(...parts);
  const inner: ModuleBuilder['inner'] = (...parts) => builder.inner(...parts);
  return { define, inner, layout, kind: bytes(layout.kinds) };
}

export type Scope = ReturnType<typeof scopeOf>;
