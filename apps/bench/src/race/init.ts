/** The first process of the race's guest: a shell script that runs the rows and says when. */
import type { GuestRow } from './rows.ts';

/** Starts every line that is for the host. */
export const MARKER = '@race';

const HEAD = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox --install -s /bin
export PATH=/bin HOME=/root
set -o pipefail
mount -t tmpfs tmp /tmp
for module in $(cat /lib/modules/order); do insmod /lib/modules/$module; done
dmesg -n 1
echo "${MARKER} ready $(uname -sr)"
`;

const FOOT = `echo "${MARKER} done"
poweroff -f
`;

/** A row: before, the work between two marks, after. Each part's output is kept for the host. */
function rowScript(row: GuestRow, amount: number): string {
  const { name } = row;
  const output = `/tmp/output.${name}`;
  const say = (kind: string): string =>
    `echo "${MARKER} ${kind} ${name} $(tail -c 400 ${output} | tr '\\n' ' ')"`;
  const prepare = row.prepare?.(amount) ?? ':';
  const result = row.result?.(amount);
  const after =
    result === undefined
      ? say('result')
      : `if [ $status -ne 0 ] || { ${result}; } > ${output} 2> ${output}.errors; then
    ${say('result')}
  else
    cat ${output}.errors >> ${output}
    ${say('failed')}
  fi`;
  return `
if { ${prepare}; } > ${output} 2>&1; then
  echo "${MARKER} begin ${name}"
  { ${row.work(amount)}; } > ${output} 2>&1
  status=$?
  echo "${MARKER} end ${name} $status"
  ${after}
else
  ${say('failed')}
fi
rm -f ${output} ${output}.errors
`;
}

/**
 * The script.
 *
 * @param amountOf how much of a row it runs
 */
export function initScript(rows: readonly GuestRow[], amountOf: (row: GuestRow) => number): string {
  return HEAD + rows.map((row) => rowScript(row, amountOf(row))).join('') + FOOT;
}
