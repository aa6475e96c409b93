import { ArmatureError, formatAddress } from '@armature/core';
import { describeSyndrome, EXCEPTION_CLASS, exceptionClassOf } from '@armature/exceptions';
import { type ExceptionRecord, formatRange, type Machine } from '@armature/machine';

/** The error that reports a guest's endless exceptions, with the one that began them decoded. */
export function exceptionLoopError(machine: Machine, exception: ExceptionRecord | undefined): ArmatureError {
  if (exception === undefined) {
    return new ArmatureError('EXCEPTION_LOOP', 'the guest takes exceptions without end', {
      hint: 'Run it with --trace exceptions.',
    });
  }
  const { syndrome, faultAddress, returnAddress, kind } = exception;
  const what = kind === 'synchronous' ? describeSyndrome(syndrome) : kind.toUpperCase();
  return new ArmatureError(
    'EXCEPTION_LOOP',
    `the guest takes exceptions without end; the first was ${what} ` +
      `(ESR 0x${syndrome.toString(16).padStart(8, '0')}, FAR ${formatAddress(faultAddress)}, ` +
      `ELR ${formatAddress(returnAddress)})`,
    { context: { ...exception }, hint: explain(machine, exception) },
  );
}

/** The error that reports a guest that waits in vain. */
export function haltedError(): ArmatureError {
  return new ArmatureError('GUEST_HALTED', 'the guest waits for an interrupt that nothing will raise', {
    hint: 'A guest that is done can switch off: PSCI SYSTEM_OFF, function 0x84000008 in W0, by HVC.',
  });
}

/** External abort, not on a translation table walk. @spec DDI 0487, ESR_EL1, ISS encoding for a Data Abort */
const EXTERNAL_ABORT = 0x10;

function explain(machine: Machine, exception: ExceptionRecord): string {
  const exceptionClass = exceptionClassOf(exception.syndrome);
  const isFetch =
    exceptionClass === EXCEPTION_CLASS.instructionAbortLower ||
    exceptionClass === EXCEPTION_CLASS.instructionAbortSame;
  const isData =
    exceptionClass === EXCEPTION_CLASS.dataAbortLower || exceptionClass === EXCEPTION_CLASS.dataAbortSame;
  if ((isFetch || isData) && (exception.syndrome & 0x3f) === EXTERNAL_ABORT) {
    return `${describePlace(machine, exception, isFetch)}; ${describeVectors(exception)}`;
  }
  return `${capitalise(describeVectors(exception))}.`;
}

/** Where a physical access went. With translation on, FAR is virtual and this may not be said. */
function describePlace(machine: Machine, { faultAddress }: ExceptionRecord, isFetch: boolean): string {
  const address = Number(faultAddress);
  const text = formatAddress(faultAddress);
  const region = machine.regions.find(({ base, size }) => address >= base && address < base + size);
  const translated = ((machine.cpuStates[0]?.system('SCTLR_EL1') ?? 0n) & 1n) === 1n;
  if (translated) return `The physical address behind ${text} does not answer`;
  if (region === undefined) return `Nothing is at ${text}`;
  const where = `${text} is in ${region.part} (${formatRange(region.base, region.size)})`;
  if (region.kind === 'rom') return `${where}, which is ROM and cannot be written`;
  return isFetch ? `${where}, which holds no code` : `${where}, which refuses the access`;
}

function describeVectors({ vector }: ExceptionRecord): string {
  return `the handler at ${formatAddress(vector)} fails too: set VBAR_EL1 to a vector table that works`;
}

const capitalise = (text: string): string => text[0].toUpperCase() + text.slice(1);
