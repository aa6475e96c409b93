import { CPU_STATE } from '@armature/core';
import { i32 } from '../emitter/expressions.ts';
import { type Semantics, semantics } from './definition.ts';

/** Instructions whose work is done by a helper that gets the instruction word. */
const exceptionGeneration: readonly Semantics[] = [
  'SVC',
  'HVC',
  'SMC',
  'BRK',
  'HLT',
  'DCPS1',
  'DCPS2',
  'DCPS3',
].map((name) => semantics(`${name}_exception`, {}, (e) => e.helper('exception', e.instruction())));

const registers: readonly Semantics[] = [
  semantics('MRS_systemmove', {}, (e) => {
    e.helper('systemRead', e.instruction());
    e.setRegister('i64', 'Rt', e.state64(CPU_STATE.transfer));
  }),
  semantics('MSR_systemmove', {}, (e) => {
    e.setState64(CPU_STATE.transfer, e.register('i64', 'Rt'));
    e.helper('systemWrite', e.instruction());
  }),
  semantics('SYS_systeminstrs', {}, (e) => {
    e.setState64(CPU_STATE.transfer, e.register('i64', 'Rt'));
    e.helper('systemOperation', e.instruction());
  }),
  // No SYSL operation is implemented, nor by the modelled CPUs.
  semantics('SYSL_systeminstrs', {}, (e) => e.helper('undefined', i32(0))),
  semantics('MSR_pstate', {}, (e) => e.helper('pstateWrite', e.instruction())),
];

const nothing = (row: string): Semantics => semantics(row, {}, () => {});

/** Memory accesses and system-register writes take effect in program order, so barriers need do nothing. */
const hintsAndBarriers: readonly Semantics[] = [
  ...[
    'HINT_hints',
    'NOP_hints',
    'YIELD_hints',
    'SEV_hints',
    'SEVL_hints',
    'CSDB_hints',
    'DMB_barriers',
    'DSB_barriers',
    'ISB_barriers',
  ].map(nothing),
  semantics('BTI_hints', { targets: { values: 4, of: ({ targets }) => targets } }, () => {}),
  semantics('WFE_hints', {}, (e) => e.helper('wait', i32(1))),
  semantics('WFI_hints', {}, (e) => e.helper('wait', i32(0))),
];

export const systemSemantics: readonly Semantics[] = [
  ...exceptionGeneration,
  ...registers,
  ...hintsAndBarriers,
  semantics('ERET_branch_reg', {}, (e) => e.helper('exceptionReturn', i32(0))),
  semantics('UDF_perm_undef', {}, (e) => e.helper('undefined', i32(0))),
  semantics('DRPS_branch_reg', {}, (e) => e.helper('undefined', i32(0))),
];
