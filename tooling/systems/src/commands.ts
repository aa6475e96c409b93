/** Commands for the guest's shell, each with what is a right answer. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Configuration } from './configuration.ts';
import { DISK_BYTES, DISK_DIGEST, DISK_SERIAL, KEPT_FILE } from './disk.ts';
import { DOUBLES_PROGRAM, digest, doubles, fibonacci, lines, sequence } from './expected.ts';
import type { Answer } from './guest.ts';

export interface Command {
  readonly name: string;
  readonly line: (configuration: Configuration) => string;
  /** Says what is wrong with an answer; undefined when nothing is. */
  readonly check: (answer: Answer, configuration: Configuration) => string | undefined;
  /** QEMU gives the same answer, byte for byte. */
  readonly sameOnQemu: boolean;
  /** Not run on boards with fewer CPUs. */
  readonly minimumCpus?: number;
}

type Expected = string | RegExp | ((configuration: Configuration) => string);

function describe(answer: Answer): string {
  return `status ${answer.status}, ${JSON.stringify(answer.output)}`;
}

/** The whole output is this text or has this form, and the status is 0. */
function is(expected: Expected): Command['check'] {
  return (answer, configuration) => {
    const wanted = typeof expected === 'function' ? expected(configuration) : expected;
    const right = typeof wanted === 'string' ? answer.output === wanted : wanted.test(answer.output);
    if (right && answer.status === 0) return undefined;
    return `${describe(answer)}; expected ${typeof wanted === 'string' ? JSON.stringify(wanted) : wanted}`;
  };
}

/** The output is numbers, one a line, that satisfy a condition; the status is 0. */
function numbers(
  condition: (values: readonly number[], answer: Answer, configuration: Configuration) => boolean,
): Command['check'] {
  return (answer, configuration) => {
    const values = answer.output.trim().split(/\s+/).map(Number);
    const right =
      answer.status === 0 && !values.some(Number.isNaN) && condition(values, answer, configuration);
    return right ? undefined : `${describe(answer)} after ${answer.seconds.toFixed(1)} s`;
  };
}

function command(
  name: string,
  line: string | Command['line'],
  check: Command['check'],
  options: { sameOnQemu?: boolean; minimumCpus?: number } = {},
): Command {
  return {
    name,
    line: typeof line === 'string' ? () => line : line,
    check,
    sameOnQemu: options.sameOnQemu ?? true,
    ...(options.minimumCpus !== undefined && { minimumCpus: options.minimumCpus }),
  };
}

const OWN = { sameOnQemu: false };
const NUMBERS = KEPT_FILE;
const RANDOM = doubles(3000);
const LETTER = 'From the host, with the best wishes: \u00c4\u00f6\u00fc \u2713\n'.repeat(8);
/** Guest clocks may be this far from the host's, seconds. */
const CLOCK_TOLERANCE = 5;
const SLEEP_SECONDS = 2;
/** How long a sleep may take on a busy host, seconds. */
const LONGEST_SLEEP = 20;
const CHILDREN = 200;

const hostSeconds = (): number => Date.now() / 1000;

/** Whether a time in the guest, seconds since 1970, lies between the typing of a command and its answer. */
function isNow([guest]: readonly number[], { seconds }: Answer): boolean {
  const now = hostSeconds();
  return guest >= now - seconds - CLOCK_TOLERANCE && guest <= now + CLOCK_TOLERANCE;
}

function sedBackReference(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => /^(.)(.*)\1$/.exec(line)?.[2] ?? [])
    .map((line) => `${line}\n`)
    .join('');
}

export const COMMANDS: readonly Command[] = [
  command('uname', 'uname -srmv', is(/^Linux 6\.\S+ #1 SMP .* aarch64\n$/)),
  command(
    'nproc',
    'nproc; cat /sys/devices/system/cpu/online',
    is(({ cpus }) => lines(cpus, cpus === 1 ? '0' : `0-${cpus - 1}`)),
  ),
  command('cpuinfo', 'grep -v BogoMIPS /proc/cpuinfo', ({ output }, { cpus }) =>
    output.match(/^processor\s*: \d+$/gm)?.length === cpus ? undefined : output,
  ),
  command(
    'BogoMIPS of the timer',
    'grep -c "BogoMIPS.*: 125.00" /proc/cpuinfo',
    is(({ cpus }) => lines(cpus)),
  ),
  command(
    'free',
    `free -m | awk '/^Mem/ { print $2, $4 }'`,
    numbers(([total, free]) => total > 440 && total <= 512 && free > 300 && free < total),
    OWN,
  ),
  command(
    'ps',
    `ps -o pid,comm | awk '$2 == "init" || $2 == "kthreadd" { print $1, $2 }'; pidof init`,
    is(lines('1 init', '2 kthreadd', '1')),
  ),
  command(
    'digests',
    'seq 1 20000 > /tmp/n; md5sum < /tmp/n; sha1sum < /tmp/n; sha256sum < /tmp/n; sha512sum < /tmp/n',
    is(lines(...(['md5', 'sha1', 'sha256', 'sha512'] as const).map((name) => `${digest(name, NUMBERS)}  -`))),
  ),
  command(
    'dd',
    'dd if=/tmp/n of=/tmp/part bs=1000 skip=3 count=50 2>&1 | head -n 2; md5sum < /tmp/part',
    is(lines('50+0 records in', '50+0 records out', `${digest('md5', NUMBERS.slice(3000, 53000))}  -`)),
  ),
  command(
    'dd of megabytes',
    'dd if=/dev/zero bs=1M count=4 2>/dev/null | tee /tmp/zero | md5sum; cmp -n 4194304 /tmp/zero /dev/zero; wc -c < /tmp/zero; rm /tmp/zero',
    is(lines(`${digest('md5', new Uint8Array(4 << 20))}  -`, 4 << 20)),
  ),
  command(
    'sort',
    `awk '${DOUBLES_PROGRAM(3000)}' > /tmp/r; sort -n /tmp/r | md5sum; sort -rn /tmp/r | head -n 1; sort -u /tmp/r | wc -l`,
    is(
      lines(
        `${digest('md5', lines(...RANDOM.toSorted((a, b) => a - b)))}  -`,
        Math.max(...RANDOM),
        new Set(RANDOM).size,
      ),
    ),
  ),
  command(
    'awk, floating point',
    `awk 'BEGIN{for(i=1;i<=3000;i++){s+=(i%7)/i;t=t*1.0001-s/(i+0.1)};printf "%.17g %.17g %d\\n",s,t,1e9/7}'`,
    is(() => {
      let [s, t] = [0, 0];
      for (let i = 1; i <= 3000; i++) {
        s += (i % 7) / i;
        t = t * 1.0001 - s / (i + 0.1);
      }
      return `${s.toPrecision(17)} ${t.toPrecision(17)} ${Math.trunc(1e9 / 7)}\n`;
    }),
  ),
  command(
    'integer arithmetic',
    'a=0 b=1 i=0; while [ $i -lt 90 ]; do t=$((a+b)) a=$b b=$t i=$((i+1)); done; echo $a $((-7/2)) $((-7%3)) $((1<<62)) $((0xffff*0xffff^0x55)) $((9223372036854775807+1))',
    is(`${fibonacci(90)} -3 -1 ${1n << 62n} ${(0xffffn * 0xffffn) ^ 0x55n} ${-(1n << 63n)}\n`),
  ),
  command(
    'dc',
    'dc -e "2 200 ^ 1 - p 3 100 ^ 7 % p 30 k 2 v p"',
    is(lines(2n ** 200n - 1n, 3n ** 100n % 7n, '1.414213562373095048801688724209')),
  ),
  command(
    'factor',
    'factor 600851475143 1000000007',
    is(lines('600851475143: 71 839 1471 6857', '1000000007: 1000000007')),
  ),
  command(
    'pipes',
    'seq 1 30000 | grep 7 | sed s/7/seven/ | tr -d 0 | tee /tmp/p | md5sum; wc -lc < /tmp/p | tr -s " "',
    is(() => {
      const text = sequence(1, 30000)
        .split('\n')
        .filter((line) => line.includes('7'))
        .map((line) => `${line.replace('7', 'seven').replaceAll('0', '')}\n`)
        .join('');
      return lines(`${digest('md5', text)}  -`, ` ${text.split('\n').length - 1} ${text.length}`);
    }),
  ),
  command(
    'background jobs',
    "sh -c '(sleep 1; echo late) & echo early; wait; echo done'",
    is(lines('early', 'late', 'done')),
  ),
  command(
    'kill',
    `sh -c 'sleep 100 & p=$!; kill -TERM $p; wait $p; echo $?; trap "echo caught" USR1; kill -USR1 $$; echo after; sh -c "kill -SEGV \\$\\$"; echo $?' 2>/dev/null`,
    is(lines(143, 'caught', 'after', 139)),
  ),
  command(
    'sleep',
    `awk '{print $1}' /proc/uptime; sleep ${SLEEP_SECONDS}; awk '{print $1}' /proc/uptime`,
    numbers(([before, after], { seconds }) => {
      const slept = after - before;
      return slept >= SLEEP_SECONDS && slept < LONGEST_SLEEP && Math.abs(slept - seconds) < LONGEST_SLEEP;
    }),
    OWN,
  ),
  command(
    'mount tmpfs',
    'mkdir -p /tmp/t; mount -t tmpfs -o size=1m t /tmp/t && dd if=/dev/zero of=/tmp/t/f bs=64k count=32 2>&1 | grep -o "No space.*"; wc -c < /tmp/t/f; umount /tmp/t; ls /tmp/t | wc -l',
    is(lines('No space left on device', 1 << 20, 0)),
  ),
  command(
    'tar',
    'mkdir -p /tmp/a/b/c /tmp/out; seq 1 500 > /tmp/a/one.txt; seq 5 900 > /tmp/a/b/two.txt; ln -s ../one.txt /tmp/a/b/link; tar -C /tmp -czf /tmp/a.tgz a; tar -C /tmp/out -xzf /tmp/a.tgz; diff -r /tmp/a /tmp/out/a; readlink /tmp/out/a/b/link; tar tzf /tmp/a.tgz | sort | tr "\\n" " "',
    is('../one.txt\na/ a/b/ a/b/c/ a/b/link a/b/two.txt a/one.txt '),
  ),
  command(
    'find',
    "find /tmp/a -type f -name '*.txt' | sort; find /tmp/a -type d | wc -l",
    is(lines('/tmp/a/b/two.txt', '/tmp/a/one.txt', 3)),
    {},
  ),
  command('gzip', 'gzip -9 -c /tmp/n | gunzip | md5sum', is(lines(`${digest('md5', NUMBERS)}  -`))),
  command(
    'gzip from the host',
    `echo ${gzipSync(LETTER).toString('base64')} | base64 -d | gunzip | sha256sum`,
    is(lines(`${digest('sha256', LETTER)}  -`)),
  ),
  command('gzip to the host', 'seq 1 500 | gzip -c | base64', ({ output, status }) => {
    const text = status === 0 ? gunzipSync(Buffer.from(output, 'base64')).toString() : '';
    return text === sequence(1, 500) ? undefined : `status ${status}, ${output}`;
  }),
  command(
    'sed',
    `sed -n 's/^\\(.\\)\\(.*\\)\\1$/\\2/p' /tmp/n | md5sum`,
    is(lines(`${digest('md5', sedBackReference(NUMBERS))}  -`)),
  ),
  command(
    'grep',
    "grep -c '^1.*[357]$' /tmp/n; grep -E -c '(12|34){2}' /tmp/n",
    is(() => {
      const all = NUMBERS.trim().split('\n');
      const count = (pattern: RegExp): number => all.filter((line) => pattern.test(line)).length;
      return lines(count(/^1.*[357]$/), count(/(12|34){2}/));
    }),
  ),
  command('date', 'date -u +%s', numbers(isNow), OWN),
  command('real-time clock', 'cat /sys/class/rtc/rtc0/since_epoch', numbers(isNow), OWN),
  command(
    'fork',
    `i=0 s=0; while [ $i -lt ${CHILDREN} ]; do sh -c "exit $((i%8))"; s=$((s+$?)) i=$((i+1)); done; echo $s`,
    is(lines(Array.from({ length: CHILDREN }, (_, i) => i % 8).reduce((sum, each) => sum + each, 0))),
  ),
  command(
    'processes at once',
    `sh -c 'for i in 1 2 3 4 5 6 7 8; do (seq $i 3000 | sha256sum > /tmp/d$i) & done; wait'; cat /tmp/d1 /tmp/d8`,
    is(lines(...[1, 8].map((first) => `${digest('sha256', sequence(first, 3000))}  -`))),
  ),
  command(
    'interrupts',
    `awk '/arch_timer/ { for (i = 2; i < 2 + '$(nproc)'; i++) print $i }' /proc/interrupts`,
    numbers((values, _, { cpus }) => values.length === cpus && values.every((count) => count > 0)),
    OWN,
  ),
  command(
    'each CPU',
    ({ cpus }) =>
      Array.from(
        { length: cpus },
        (_, i) => `taskset ${(1 << i).toString(16)} sh -c "seq 1 2000 | md5sum"`,
      ).join('; '),
    is(({ cpus }) => `${digest('md5', sequence(1, 2000))}  -\n`.repeat(cpus)),
  ),
  command(
    'CPU off and on',
    'cd /sys/devices/system/cpu; for i in 1 2 3; do echo 0 > cpu$i/online; done; nproc; cat online; for i in 1 2 3; do echo 1 > cpu$i/online; done; nproc; cat online; cd',
    is(lines(1, '0', 4, '0-3')),
    { minimumCpus: 4 },
  ),
  command(
    'disk',
    'blockdev --getsize64 /dev/vda; cat /sys/block/vda/serial; echo; md5sum < /dev/vda',
    is(lines(DISK_BYTES, DISK_SERIAL, `${DISK_DIGEST}  -`)),
  ),
  command(
    'file system on the disk',
    'mke2fs /dev/vda > /dev/null && mount -t ext4 /dev/vda /mnt && cp /tmp/n /mnt/kept && umount /mnt && echo 3 > /proc/sys/vm/drop_caches && mount -t ext4 -o ro /dev/vda /mnt && md5sum < /mnt/kept; ls /mnt | sort; umount /mnt',
    is(lines(`${digest('md5', KEPT_FILE)}  -`, 'kept', 'lost+found')),
  ),
  command(
    'random numbers',
    'head -c 4096 /dev/urandom | gzip | wc -c',
    numbers(([size]) => size > 4000),
    OWN,
  ),
];

/** The commands for a board. */
export function commandsFor({ cpus }: Configuration): readonly Command[] {
  return COMMANDS.filter(({ minimumCpus = 1 }) => cpus >= minimumCpus);
}
