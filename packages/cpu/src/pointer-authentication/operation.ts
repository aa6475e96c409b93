/** What compiled code asks for: one of these with a {@link KEY} in its low three bits. */
export const OPERATION = { sign: 0, authenticate: 8, strip: 16, generic: 24 } as const;

/** Keys of pointer authentication. XPACI and XPACD name theirs for the kind of pointer alone. */
export const KEY = { IA: 0, IB: 1, DA: 2, DB: 3, GA: 4 } as const;
export type Key = (typeof KEY)[keyof typeof KEY];
