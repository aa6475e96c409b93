import {
  ACCESS,
  type AccessSize,
  type AddressTranslator,
  BUS_FAULT,
  type Bus,
  CPU_STATE,
  type CpuState,
  type PhysicalMemory,
  PSTATE,
  sharedRegisterOffset,
  TLB_CONTEXT,
} from '@armature/core';
import { ACCESS_OPTION, LEAVE } from './calling-convention.ts';
import type { CodePages } from './code-pages.ts';
import type { SoftTlb } from './soft-tlb.ts';
import { EXCEPTION_CLASS, FAULT_STATUS, raise, raiseDataAbort } from './syndromes.ts';

const SCTLR_EL1 = sharedRegisterOffset('SCTLR_EL1');
const SCTLR_A = 1 << 1;
/** Never a value of `countBias`, which is a multiple of 16. */
const NO_INSTRUCTION = 1;

/**
 * Loads and stores that the soft TLB does not answer: TLB misses, accesses across pages, devices, alignment
 * faults. Returns {@link LEAVE} codes; values pass through `transfer` of the state block.
 */
export class MemoryAccess {
  /** Set when a device raised an interrupt that is due, or asked for a stop; the engine clears it. */
  interruptsChanged = false;
  /** True while a single instruction runs: the engine looks at interrupts right after it. */
  stepping = false;
  private readonly cpu: CpuState;
  private readonly translator: AddressTranslator;
  private readonly memory: PhysicalMemory;
  private readonly bus: Bus;
  private readonly tlb: SoftTlb;
  private readonly codePages: CodePages;
  private readonly view: DataView;
  /** What the bus answered to the instruction in hand so far, and what is still to be answered again. */
  private readonly log: number[] = [];
  private replay: number[] = [];
  /** `countBias` of the instruction that the log is of: no two of a slice have the same. */
  private logged = NO_INSTRUCTION;
  /** The word of that instruction, as it was before the first of its accesses. */
  instruction = 0;
  /** Physical addresses of the bytes of an access, split at a page boundary. */
  private readonly parts = { first: 0, second: 0, firstLength: 0, device: false };

  constructor(options: {
    cpu: CpuState;
    translator: AddressTranslator;
    memory: PhysicalMemory;
    bus: Bus;
    tlb: SoftTlb;
    codePages: CodePages;
  }) {
    this.cpu = options.cpu;
    this.translator = options.translator;
    this.memory = options.memory;
    this.bus = options.bus;
    this.tlb = options.tlb;
    this.codePages = options.codePages;
    this.view = new DataView(options.memory.memory.buffer);
  }

  read(lo: number, hi: number, bytes: number, options: number): number {
    if (!this.locate(lo, hi, bytes, ACCESS.read, options)) return LEAVE.fault;
    const { first, second, firstLength } = this.parts;
    const host = this.memory.hostOffset(first, firstLength);
    if (host >= 0 && firstLength === bytes) {
      this.setTransfer(
        this.hostRead(host, Math.min(bytes, 4)),
        bytes === 8 ? this.view.getInt32(host + 4, true) : 0,
      );
      return 0;
    }
    if (firstLength === bytes && (first & (bytes - 1)) === 0) return this.deviceRead(first, bytes, lo, hi);
    return this.readBytes(first, second, firstLength, bytes, lo, hi);
  }

  write(lo: number, hi: number, valueLo: number, valueHi: number, bytes: number, options: number): number {
    if (!this.locate(lo, hi, bytes, ACCESS.write, options)) return LEAVE.fault;
    const { first, second, firstLength } = this.parts;
    if (firstLength === bytes) {
      const region = this.memory.regionAt(first);
      if (region?.kind === 'ram') {
        const host = this.memory.offsetIn(region, first);
        if (this.isCompiled(host, bytes, options)) return LEAVE.interpret;
        this.hostWrite(host, Math.min(bytes, 4), valueLo);
        if (bytes === 8) this.view.setInt32(host + 4, valueHi, true);
        this.codePages.invalidate(host, bytes);
        return 0;
      }
      // ROM takes no writes, but a device such as flash may be behind it.
      if ((first & (bytes - 1)) === 0) return this.deviceWrite(first, bytes, valueLo, valueHi, lo, hi);
    }
    const { memory } = this;
    if (
      this.isCompiled(memory.hostOffset(first), firstLength, options) ||
      this.isCompiled(memory.hostOffset(second), bytes - firstLength, options)
    ) {
      return LEAVE.interpret;
    }
    return this.writeBytes(first, second, firstLength, bytes, valueLo, valueHi, lo, hi);
  }

  /** A region is about to store to code that regions contain: they are dropped, and the interpreter stores. */
  private isCompiled(host: number, bytes: number, options: number): boolean {
    if ((options & ACCESS_OPTION.compiled) === 0 || host < 0 || bytes === 0) return false;
    if (!this.codePages.observer?.covers(host, bytes)) return false;
    this.codePages.invalidate(host, bytes);
    return true;
  }

  /** DC ZVA of an aligned block. A fault reports the address given; Device memory gives an alignment fault. */
  zero(lo: number, hi: number, bytes: number): number {
    if (!this.locate(lo & -bytes, hi, bytes, ACCESS.write, 0)) {
      this.cpu.set(CPU_STATE.faultAddress, lo, hi);
      return LEAVE.fault;
    }
    const { first, device } = this.parts;
    if (device) return this.fault(lo, hi, FAULT_STATUS.alignment, true);
    const region = this.memory.regionAt(first);
    if (region?.kind !== 'ram') return this.fault(lo, hi, FAULT_STATUS.externalAbort, true);
    const host = this.memory.offsetIn(region, first);
    this.memory.bytes.fill(0, host, host + bytes);
    this.codePages.invalidate(host, bytes);
    return 0;
  }

  /** A misaligned access by an instruction that always checks. */
  alignmentFault(lo: number, hi: number, write: boolean): number {
    return this.fault(lo, hi, FAULT_STATUS.alignment, write);
  }

  stackFault(): number {
    raise(this.cpu, EXCEPTION_CLASS.stackAlignment, 0);
    return LEAVE.fault;
  }

  /** A run begins. With `again`, the instruction in hand is run from its start, without its device accesses so far. */
  beginSlice(again: boolean): void {
    const answers = this.log.splice(0);
    this.replay = again ? answers : [];
    this.logged = NO_INSTRUCTION;
  }

  /** True until an instruction that is run again has come to where it was left. */
  get replaying(): boolean {
    return this.replay.length > 0;
  }

  /** Translates an access into `parts`, filling the soft TLB. False when it faults. */
  private locate(lo: number, hi: number, bytes: number, access: 0 | 1, options: number): boolean {
    const unprivileged = (options & ACCESS_OPTION.unprivileged) !== 0 && (this.cpu.pstate & PSTATE.UAO) === 0;
    const el = this.cpu.exceptionLevel;
    const context = unprivileged || el === 0 ? this.tlb.user() : TLB_CONTEXT.kernel;
    const privileged = context === TLB_CONTEXT.kernel;
    const write = access === ACCESS.write;
    const checked = (this.cpu.lo(SCTLR_EL1) & SCTLR_A) !== 0;
    const misaligned = (lo & ((options & ACCESS_OPTION.quadword ? 16 : bytes) - 1)) !== 0;
    if (checked && misaligned) {
      this.fault(lo, hi, FAULT_STATUS.alignment, write);
      return false;
    }
    const result = this.translator.result;
    if (!this.translator.translate(lo, hi, access, privileged)) {
      this.fault(lo, hi, result.faultStatus, write);
      return false;
    }
    if (misaligned && result.device) {
      this.fault(lo, hi, FAULT_STATUS.alignment, write);
      return false;
    }
    const parts = this.parts;
    parts.first = result.physicalAddress;
    parts.firstLength = Math.min(bytes, 4096 - (lo & 0xfff));
    parts.device = result.device;
    const region = this.memory.regionAt(parts.first);
    if (region !== undefined) {
      const hostPage = this.memory.offsetIn(region, parts.first) >>> 12;
      if (unprivileged) this.cpu.setLo(CPU_STATE.unprivilegedTlb, this.tlb.data(context));
      this.tlb.fill(context, lo, hi, hostPage, region.kind === 'ram', checked || result.device, result);
    }
    if (parts.firstLength === bytes) return true;
    const nextLo = ((lo & ~0xfff) + 4096) | 0;
    const nextHi = nextLo === 0 ? (hi + 1) | 0 : hi;
    if (!this.translator.translate(nextLo, nextHi, access, privileged)) {
      this.fault(nextLo, nextHi, result.faultStatus, write);
      return false;
    }
    if (result.device) {
      this.fault(lo, hi, FAULT_STATUS.alignment, write);
      return false;
    }
    parts.second = result.physicalAddress;
    return true;
  }

  private deviceRead(address: number, bytes: number, vaLo: number, vaHi: number): number {
    const lo = this.busRead(address, Math.min(bytes, 4) as AccessSize);
    const hi = bytes === 8 && lo !== BUS_FAULT ? this.busRead(address + 4, 4) : 0;
    if (lo === BUS_FAULT || hi === BUS_FAULT)
      return this.fault(vaLo, vaHi, FAULT_STATUS.externalAbort, false);
    this.setTransfer(lo | 0, hi | 0);
    return this.accessed();
  }

  private deviceWrite(
    address: number,
    bytes: number,
    valueLo: number,
    valueHi: number,
    vaLo: number,
    vaHi: number,
  ): number {
    const value = bytes === 1 ? valueLo & 0xff : bytes === 2 ? valueLo & 0xffff : valueLo >>> 0;
    const refused =
      this.busWrite(address, Math.min(bytes, 4) as AccessSize, value) === BUS_FAULT ||
      (bytes === 8 && this.busWrite(address + 4, 4, valueHi >>> 0) === BUS_FAULT);
    if (refused) return this.fault(vaLo, vaHi, FAULT_STATUS.externalAbort, true);
    return this.accessed();
  }

  private busRead(address: number, size: AccessSize): number {
    this.openLog();
    return this.remember(this.replay.shift() ?? this.bus.read(address, size));
  }

  private busWrite(address: number, size: AccessSize, value: number): number {
    this.openLog();
    return this.remember(this.replay.shift() ?? this.bus.write(address, size, value) ?? 0);
  }

  /** Before an access to a device: the log is of the instruction in hand. */
  private openLog(): void {
    const count = this.cpu.lo(CPU_STATE.countBias);
    if (count === this.logged) return;
    this.log.length = 0;
    this.logged = count;
    this.instruction = this.wordOf(this.cpu.lo(CPU_STATE.record));
  }

  /** The word in memory that a record is of. */
  wordOf(record: number): number {
    return this.view.getInt32(this.codePages.hostOffset(record), true);
  }

  private remember(answer: number): number {
    this.log.push(answer);
    return answer;
  }

  /** After a device access: if it needs the engine's attention, the instruction is run again, alone. */
  private accessed(): number {
    return this.interruptsChanged && !this.stepping ? LEAVE.replay : 0;
  }

  /** An access that is unaligned to a device mapped as Normal memory, or lies in two pages: byte by byte. */
  private readBytes(
    first: number,
    second: number,
    firstLength: number,
    bytes: number,
    vaLo: number,
    vaHi: number,
  ): number {
    let lo = 0;
    let hi = 0;
    for (let index = 0; index < bytes; index++) {
      const address = index < firstLength ? first + index : second + index - firstLength;
      const host = this.memory.hostOffset(address);
      const byte = host >= 0 ? this.view.getUint8(host) : this.busRead(address, 1);
      if (byte === BUS_FAULT) return this.fault(vaLo, vaHi, FAULT_STATUS.externalAbort, false);
      if (index < 4) lo |= byte << (8 * index);
      else hi |= byte << (8 * (index - 4));
    }
    this.setTransfer(lo, hi);
    return this.accessed();
  }

  private writeBytes(
    first: number,
    second: number,
    firstLength: number,
    bytes: number,
    valueLo: number,
    valueHi: number,
    vaLo: number,
    vaHi: number,
  ): number {
    for (let index = 0; index < bytes; index++) {
      const address = index < firstLength ? first + index : second + index - firstLength;
      const byte = ((index < 4 ? valueLo >>> (8 * index) : valueHi >>> (8 * (index - 4))) & 0xff) >>> 0;
      const region = this.memory.regionAt(address);
      if (region?.kind === 'ram') {
        const host = this.memory.offsetIn(region, address);
        this.view.setUint8(host, byte);
        this.codePages.invalidate(host, 1);
      } else if (this.busWrite(address, 1, byte) === BUS_FAULT) {
        return this.fault(vaLo, vaHi, FAULT_STATUS.externalAbort, true);
      }
    }
    return this.accessed();
  }

  private hostRead(host: number, bytes: number): number {
    if (bytes === 4) return this.view.getInt32(host, true);
    return bytes === 2 ? this.view.getUint16(host, true) : this.view.getUint8(host);
  }

  private hostWrite(host: number, bytes: number, value: number): void {
    if (bytes === 4) this.view.setInt32(host, value, true);
    else if (bytes === 2) this.view.setInt16(host, value, true);
    else this.view.setInt8(host, value);
  }

  private setTransfer(lo: number, hi: number): void {
    this.cpu.set(CPU_STATE.transfer, lo, hi);
  }

  private fault(lo: number, hi: number, status: number, write: boolean): number {
    raiseDataAbort(this.cpu, lo, hi, status, write);
    return LEAVE.fault;
  }
}
