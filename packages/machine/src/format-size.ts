/** A size as a machine's JSON form writes it: `128MiB`, `0x18`. */
export function formatSize(size: number): string {
  for (const [unit, suffix] of [
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ] as const) {
    if (size >= unit && size % unit === 0) return `${size / unit}${suffix}`;
  }
  return `0x${size.toString(16)}`;
}
