/**
 * The named operations of SYS: op1, CRn, CRm, op2 and the name; a star marks an operation without a register.
 *
 * @spec DDI 0487, A64 system instructions for cache maintenance, address translation and TLB maintenance
 */
const OPERATIONS = {
  ic: `
0 7 1 0 ialluis*
0 7 5 0 iallu*
3 7 5 1 ivau
`,
  dc: `
0 7 6 1 ivac
0 7 6 2 isw
0 7 6 3 igvac
0 7 6 4 igsw
0 7 6 5 igdvac
0 7 6 6 igdsw
0 7 10 2 csw
0 7 10 4 cgsw
0 7 10 6 cgdsw
0 7 14 2 cisw
0 7 14 4 cigsw
0 7 14 6 cigdsw
3 7 4 1 zva
3 7 4 3 gva
3 7 4 4 gzva
3 7 10 1 cvac
3 7 10 3 cgvac
3 7 10 5 cgdvac
3 7 11 1 cvau
3 7 12 1 cvap
3 7 12 3 cgvap
3 7 12 5 cgdvap
3 7 13 1 cvadp
3 7 13 3 cgvadp
3 7 13 5 cgdvadp
3 7 14 1 civac
3 7 14 3 cigvac
3 7 14 5 cigdvac
6 7 14 1 cipapa
6 7 14 5 cigdpapa
`,
  at: `
0 7 8 0 s1e1r
0 7 8 1 s1e1w
0 7 8 2 s1e0r
0 7 8 3 s1e0w
0 7 9 0 s1e1rp
0 7 9 1 s1e1wp
4 7 8 0 s1e2r
4 7 8 1 s1e2w
4 7 8 4 s12e1r
4 7 8 5 s12e1w
4 7 8 6 s12e0r
4 7 8 7 s12e0w
6 7 8 0 s1e3r
6 7 8 1 s1e3w
`,
  tlbi: `
0 8 1 0 vmalle1os*
0 8 1 1 vae1os
0 8 1 2 aside1os
0 8 1 3 vaae1os
0 8 1 5 vale1os
0 8 1 7 vaale1os
0 8 2 1 rvae1is
0 8 2 3 rvaae1is
0 8 2 5 rvale1is
0 8 2 7 rvaale1is
0 8 3 0 vmalle1is*
0 8 3 1 vae1is
0 8 3 2 aside1is
0 8 3 3 vaae1is
0 8 3 5 vale1is
0 8 3 7 vaale1is
0 8 5 1 rvae1os
0 8 5 3 rvaae1os
0 8 5 5 rvale1os
0 8 5 7 rvaale1os
0 8 6 1 rvae1
0 8 6 3 rvaae1
0 8 6 5 rvale1
0 8 6 7 rvaale1
0 8 7 0 vmalle1*
0 8 7 1 vae1
0 8 7 2 aside1
0 8 7 3 vaae1
0 8 7 5 vale1
0 8 7 7 vaale1
4 8 0 1 ipas2e1is
4 8 0 2 ripas2e1is
4 8 0 5 ipas2le1is
4 8 0 6 ripas2le1is
4 8 1 0 alle2os*
4 8 1 1 vae2os
4 8 1 4 alle1os*
4 8 1 5 vale2os
4 8 1 6 vmalls12e1os*
4 8 2 1 rvae2is
4 8 2 5 rvale2is
4 8 3 0 alle2is*
4 8 3 1 vae2is
4 8 3 4 alle1is*
4 8 3 5 vale2is
4 8 3 6 vmalls12e1is*
4 8 4 0 ipas2e1os
4 8 4 1 ipas2e1
4 8 4 2 ripas2e1
4 8 4 3 ripas2e1os
4 8 4 4 ipas2le1os
4 8 4 5 ipas2le1
4 8 4 6 ripas2le1
4 8 4 7 ripas2le1os
4 8 5 1 rvae2os
4 8 5 5 rvale2os
4 8 6 1 rvae2
4 8 6 5 rvale2
4 8 7 0 alle2*
4 8 7 1 vae2
4 8 7 4 alle1*
4 8 7 5 vale2
4 8 7 6 vmalls12e1*
6 8 1 0 alle3os*
6 8 1 1 vae3os
6 8 1 4 paallos*
6 8 1 5 vale3os
6 8 2 1 rvae3is
6 8 2 5 rvale3is
6 8 3 0 alle3is*
6 8 3 1 vae3is
6 8 3 5 vale3is
6 8 4 3 rpaos
6 8 4 7 rpalos
6 8 5 1 rvae3os
6 8 5 5 rvale3os
6 8 6 1 rvae3
6 8 6 5 rvale3
6 8 7 0 alle3*
6 8 7 1 vae3
6 8 7 4 paall*
6 8 7 5 vale3
`,
  cfp: `
3 7 3 4 rctx
`,
  dvp: `
3 7 3 5 rctx
`,
  cpp: `
3 7 3 7 rctx
`,
} as const;

/** The mnemonics that spell SYS instructions. */
export type SystemOperationKind = keyof typeof OPERATIONS;

/** One named operation of a SYS mnemonic. */
export interface SystemOperation {
  readonly name: string;
  /** op1:CRn:CRm:op2 as a 14-bit number. */
  readonly encoding: number;
  /** True when the operation takes an address or value in Xt. */
  readonly hasRegister: boolean;
}

const byName = new Map<string, SystemOperation>();
const byEncoding = new Map<string, SystemOperation>();

for (const [kind, lines] of Object.entries(OPERATIONS)) {
  for (const line of lines.trim().split('\n')) {
    const parts = line.split(' ');
    const [op1 = 0, CRn = 0, CRm = 0, op2 = 0] = parts.slice(0, 4).map(Number);
    const label = parts[4] ?? '';
    const operation: SystemOperation = {
      name: label.replace('*', ''),
      encoding: (op1 << 11) | (CRn << 7) | (CRm << 3) | op2,
      hasRegister: !label.endsWith('*'),
    };
    byName.set(`${kind} ${operation.name}`, operation);
    byEncoding.set(`${kind} ${operation.encoding}`, operation);
  }
}

/** The mnemonics of SYS: at, dc, ic, tlbi and the prediction restrictions. */
export const SYSTEM_OPERATION_KINDS = Object.keys(OPERATIONS) as readonly SystemOperationKind[];

/** Finds an operation such as `tlbi vmalle1` by lower-case name. */
export function systemOperationByName(kind: SystemOperationKind, name: string): SystemOperation | undefined {
  return byName.get(`${kind} ${name}`);
}

/** Finds the operation of a mnemonic by op1:CRn:CRm:op2. */
export function systemOperationByEncoding(
  kind: SystemOperationKind,
  encoding: number,
): SystemOperation | undefined {
  return byEncoding.get(`${kind} ${encoding}`);
}
