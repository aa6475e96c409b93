/** One subject of the kernel: its instructions and the data that belong to it, by image section. */
export interface KernelPart {
  /** The subject, used as the heading in the concatenated source. */
  readonly subject: string;
  /** Instructions, mapped read-only and executable. */
  readonly text?: string;
  /** Constants and strings, mapped read-only and never executable. */
  readonly rodata?: string;
  /** Initialised variables, mapped writable and never executable. */
  readonly data?: string;
  /** Variables the kernel clears at boot. */
  readonly bss?: string;
}
