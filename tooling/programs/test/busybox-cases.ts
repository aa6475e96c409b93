/** What busybox is asked: applets with arguments and input, in a directory with the files below. */
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Words of a command, the applet first; `<` begins the input. */
export type AppletCase = string | readonly [command: readonly string[], input?: string];

const POEM = `the rose is red
the violet's blue
sugar is sweet
and so are you
`;
const NUMBERS = '10\n9\n2\n33\n1\n2\n';
const TABLE = 'alice 30 paris\nbob 25 rome\ncarol 35 berlin\ndave 25 madrid\n';

/** Fills a directory with the files that the cases read. */
export function fillDirectory(work: string): void {
  writeFileSync(join(work, 'poem'), POEM);
  writeFileSync(join(work, 'numbers'), NUMBERS);
  writeFileSync(join(work, 'table'), TABLE);
  writeFileSync(join(work, 'dos'), 'one\r\ntwo\r\n');
  writeFileSync(
    join(work, 'binary'),
    Uint8Array.from({ length: 300 }, (_, index) => index & 0xff),
  );
  writeFileSync(join(work, 'changed'), POEM.replace('sweet', 'salty'));
  mkdirSync(join(work, 'tree', 'deep'), { recursive: true });
  writeFileSync(join(work, 'tree', 'one.txt'), 'one\n');
  writeFileSync(join(work, 'tree', 'deep', 'two.txt'), 'two\n');
  symlinkSync('one.txt', join(work, 'tree', 'link'));
  for (const name of ['poem', 'numbers', 'table']) utimesSync(join(work, name), 1_600_000_000, 1_600_000_000);
}

const split = (line: string): readonly [readonly string[], string?] => [line.split(' ')];

/** Every case as words and input. */
export function wordsOf(each: AppletCase): readonly [command: readonly string[], input?: string] {
  return typeof each === 'string' ? split(each) : each;
}

export const APPLETS: readonly AppletCase[] = [
  'arch',
  'ascii',
  [['ash', '-c', 'x=5; while [ $x -gt 0 ]; do echo $x; x=$((x-1)); done']],
  [['awk', '{ sum += $2; print $1, NF } END { printf "%.2f %d\\n", sum / NR, NR }', 'table']],
  [
    [
      'awk',
      'BEGIN { for (i = 0; i < 5; i++) a[i] = i * i; for (k = 0; k < 5; k++) print a[k]; print substr("hello", 2, 3), length("x") }',
    ],
  ],
  'base64 poem',
  [['base64', '-d'], 'aGVsbG8K'],
  'basename /a/b/file.txt .txt',
  [['bc'], '2^100\nscale=10\n22/7\n'],
  [['bzip2', '-c'], POEM],
  [['sh', '-c', 'bzip2 -c poem | bunzip2 -c']],
  'cal 2 2024',
  'cat poem numbers',
  'cat -n poem',
  [['sh', '-c', 'chmod 640 poem; stat -c %a poem; chmod u+x poem; stat -c %a poem']],
  'cmp poem changed',
  [['sh', '-c', 'cp -r tree copy; find copy | sort; cat copy/deep/two.txt']],
  [['sh', '-c', 'find tree | sort | cpio -o -H newc 2>/dev/null | cpio -t 2>/dev/null']],
  'crc32 poem',
  'cut -d " " -f 2 table',
  [['cut', '-c', '2-4', 'poem']],
  'date -u -d @1234567890',
  'date -u -d @0 +%Y-%m-%dT%H:%M:%S',
  [['dc', '-e', '2 3 + 4 * p']],
  [['dd', 'if=binary', 'bs=10', 'skip=2', 'count=3']],
  'diff poem changed',
  'diff -u poem poem',
  'dirname /a/b/c',
  'dos2unix -u dos',
  'du -s tree/deep/none',
  'echo -n -e a\\tb\\n',
  [['ed', 'poem'], '2s/blue/green/\n1,$p\nq\nq\n'],
  [['egrep', '(rose|sugar)', 'poem']],
  [['expand', '-t', '4'], 'a\tb\tc\n'],
  'expr 7 * 6',
  [['expr', 'abcdef', ':', 'abc\\(.*\\)']],
  'factor 1234567890 97 1000000007',
  'false',
  'fgrep is poem',
  [['sh', '-c', 'find tree -name "*.txt" -type f | sort']],
  'find tree -maxdepth 0',
  [['fold', '-w', '5', 'poem']],
  [['getopt', '-o', 'ab:', '--', '-a', '-b', 'x', 'rest']],
  'grep -c the poem',
  'grep -n is poem numbers',
  [['grep', '-v', 'the', 'poem']],
  'grep nothing poem',
  [['sh', '-c', 'gzip -c poem | gunzip -c']],
  [['sh', '-c', 'gzip -9 -c binary | zcat | md5sum']],
  'head -2 poem',
  'head -c 10 poem',
  'hexdump -C binary',
  'id -u',
  'ipcalc -n 192.168.1.10 255.255.255.0',
  [['sh', '-c', 'link poem second; stat -c %h poem']],
  [['sh', '-c', 'ln -s poem soft; readlink soft; cat soft']],
  'ls -a tree',
  [['sh', '-c', 'ls -1 | sort']],
  [['sh', '-c', 'lzop -c poem | lzop -d -c']],
  'md5sum poem numbers',
  [['sh', '-c', 'md5sum poem > sums; md5sum -c sums']],
  [['sh', '-c', 'mkdir -p x/y/z; ls -d x/y/z; rmdir -p x/y/z; ls x']],
  [['sh', '-c', 'f=$(mktemp -p . name.XXXXXX); test -f $f && echo made']],
  'more poem',
  [['sh', '-c', 'mv poem moved; cat moved; ls poem']],
  'nl poem',
  'od -c dos',
  'od -t x2 binary',
  [['paste', 'numbers', 'table']],
  [['sh', '-c', 'diff -u poem changed > p; patch poem p; cmp poem changed && echo patched']],
  [['printf', '%05d|%-6s|%x|%.3f|%c\\n', '42', 'ab', '255', '3.14159', 'z']],
  'readlink tree/link',
  [['sh', '-c', 'realpath tree/deep/../link | sed s,.*/,,']],
  [['rev'], 'abc\ndef\n'],
  [['sh', '-c', 'rm -r tree; ls tree']],
  [['sed', '-n', 's/\\(.*\\) is \\(.*\\)/\\2 is \\1/p', 'poem']],
  [['sed', '-e', '2d', '-e', 's/e/E/g', '-e', '$a end', 'poem']],
  'seq 1 3 20',
  'seq -w 8 11',
  'sha1sum poem',
  'sha256sum binary',
  'sha3sum poem',
  'sha512sum poem',
  [['shred', '--help']],
  [['sh', '-c', 'shuf -e a b c d | sort']],
  'sleep 0.01',
  'sort -n numbers',
  'sort -k 2,2n -k 1,1r table',
  [['sort', '-u', '-r', 'numbers']],
  'stat -c %s:%F poem tree',
  'strings binary',
  'tac poem',
  'tail -2 poem',
  'tail -n +3 poem',
  [['sh', '-c', 'tar cf - tree | tar tf - | sort']],
  [
    [
      'sh',
      '-c',
      'tar cf - tree | gzip > t.tgz; rm -r tree; gunzip -c t.tgz | tar xf -; cat tree/deep/two.txt',
    ],
  ],
  [['tee', 'copy1', 'copy2'], 'through\n'],
  'test -f poem',
  'test 5 -lt 3',
  [['sh', '-c', 'touch -d @1000000000 new; stat -c %Y new']],
  [['tr', 'a-z', 'A-Z'], POEM],
  [['tr', '-d', 'aeiou'], POEM],
  [['tr', '-s', 'a'], 'aaabaaa\n'],
  'true',
  [['sh', '-c', 'truncate -s 100 grown; stat -c %s grown']],
  'uname -s -m',
  [['unexpand', '-a'], 'a       b       c\n'],
  [['uniq', '-c'], 'a\na\nb\na\n'],
  'unix2dos -d poem',
  'unlink poem',
  'usleep 1000',
  [['sh', '-c', 'uuencode poem name | uudecode -o -']],
  'wc poem numbers table',
  'wc -c binary',
  'which nothing-there',
  [['xargs', '-n', '2', 'echo', 'args:'], 'a b c d e\n'],
  'xxd poem',
  [['sh', '-c', 'yes | head -1000 | md5sum']],
];

/** Applets that run other programs, which QEMU's user mode does not: with what they write. */
export const STARTERS: readonly (readonly [command: readonly string[], output: string])[] = [
  [['env', '-i', 'A=1', 'B=2', '/bin/busybox', 'env'], 'A=1\nB=2\n'],
  [['timeout', '1', '/bin/busybox', 'echo', 'in time'], 'in time\n'],
  [['sh', '-c', 'timeout 0.02 /bin/busybox sleep 5; echo $?'], '143\n'],
  [['sh', '-c', 'time /bin/busybox true 2>/dev/null; echo $?'], '0\n'],
  [['sh', '-c', '/bin/busybox sh -c "kill -TERM \\$\\$"; echo $?'], '143\n'],
  [['sh', '-c', '/bin/script argument'], 'script: argument\n'],
  [['sh', '-c', 'exec /bin/busybox echo replaced'], 'replaced\n'],
  [['find', 'tree', '-name', 'one.txt', '-exec', '/bin/busybox', 'cat', '{}', ';'], 'one\n'],
  [['xargs', '-n', '1', '/bin/busybox', 'basename', '/a/b'], 'b\n'],
  [['sh', '-c', '/bin/nothing; echo $?'], '127\n'],
  [['nproc'], '1\n'],
  [['pwd'], '/work\n'],
];
