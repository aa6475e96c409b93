import { defineGroup } from '../define.ts';

/** Add/subtract (with carry). */
export const addSubtractWithCarry = defineGroup('add-subtract-with-carry', {}, [
  {
    id: 'ADC_addsub_carry',
    title: 'ADC',
    pattern: 'z 0 0 11010000 mmmmm 000000 nnnnn ddddd',
    asm: 'adc r:Rd r:Rn r:Rm',
  },
  {
    id: 'ADCS_addsub_carry',
    title: 'ADCS',
    pattern: 'z 0 1 11010000 mmmmm 000000 nnnnn ddddd',
    asm: 'adcs r:Rd r:Rn r:Rm',
  },
  {
    id: 'SBC_addsub_carry',
    title: 'SBC',
    pattern: 'z 1 0 11010000 mmmmm 000000 nnnnn ddddd',
    asm: 'sbc r:Rd r:Rn r:Rm',
    aliases: [{ asm: 'ngc r:Rd r:Rm', fix: { Rn: 31 } }],
  },
  {
    id: 'SBCS_addsub_carry',
    title: 'SBCS',
    pattern: 'z 1 1 11010000 mmmmm 000000 nnnnn ddddd',
    asm: 'sbcs r:Rd r:Rn r:Rm',
    aliases: [{ asm: 'ngcs r:Rd r:Rm', fix: { Rn: 31 } }],
  },
]);
