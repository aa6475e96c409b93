# A long script for the shell of busybox: every construct, and programs of every kind, by themselves and in pipes.
# Prints the same under every kernel.
set -u
echo "arguments: $# [$1] [$2] $*"
read -r first
echo "read: $first"
# Variables and expansions.
name=armature
echo "${name} ${#name} ${name#arma} ${name%ture} ${name:-none} ${nothing:-default} ${nothing:+set}"
path=/usr/local/lib/file.tar.gz
echo "${path##*/} ${path%%.*} ${path%/*} ${path#*/}"
echo "$((1 + 2 * 3)) $((7 / 2)) $((7 % 3)) $((1 << 10)) $((0x1f)) $((5 > 3)) $((5 & 6)) $((5 ^ 6))"
i=5
echo "$((i++)) $i $((--i)) $((i += 10)) $i"
quoted='single $name "double"'
echo "$quoted"
echo "nested: $(echo "inner $(echo deepest)")"
echo `echo back quotes`
list="a b c"
for word in $list "d e"; do
  echo "word: $word"
done
set -- x y z
echo "$# $1 $3"
shift
echo "$# $1"
unset list
echo "${list-unset}"
IFS=:
for part in a:b:c; do
  echo "part $part"
done
split=1:2:3
for part in $split; do
  echo "split $part"
done
IFS=' '
# Conditions.
if [ -d tree ] && [ -f poem ]; then
  echo "both there"
elif [ -e nothing ]; then
  echo "not this"
else
  echo "nor this"
fi
if test 3 -lt 5 -a "abc" = "abc"; then echo "test ok"; fi
[ -z "" ] && echo "empty"
[ -n "x" ] || echo "never"
! false && echo "not false"
case "$name" in
  x*) echo "x" ;;
  arm*|leg*) echo "limb" ;;
  *) echo "other" ;;
esac
for value in 1 22 333 abc; do
  case $value in
    [0-9]) echo "$value: one digit" ;;
    [0-9][0-9]) echo "$value: two digits" ;;
    [0-9]*) echo "$value: digits" ;;
    *) echo "$value: no number" ;;
  esac
done
# Loops.
n=0
while [ $n -lt 5 ]; do
  n=$((n + 1))
  [ $n -eq 2 ] && continue
  [ $n -eq 4 ] && break
  echo "loop $n"
done
until [ $n -le 0 ]; do
  n=$((n - 1))
done
echo "n is $n"
for a in 1 2; do
  for b in x y; do
    echo "$a$b"
  done
done
# Functions.
greet() {
  local who=$1
  echo "hello $who from $# arguments"
  return 3
}
greet world extra
echo "returned $?"
factorial() {
  if [ "$1" -le 1 ]; then
    echo 1
  else
    local below
    below=$(factorial $(($1 - 1)))
    echo $(($1 * below))
  fi
}
echo "10! = $(factorial 10)"
fibonacci() {
  local a=0 b=1 k=0 t
  while [ $k -lt "$1" ]; do
    t=$((a + b))
    a=$b
    b=$t
    k=$((k + 1))
  done
  echo $a
}
echo "fibonacci $(fibonacci 50)"
# Redirection.
echo "to a file" > out
echo "appended" >> out
cat < out
cat out nothing 2> errors
echo "status $?"
wc -l < errors
{ echo "group"; echo "of commands"; } > out 2>&1
cat out
exec 3> third
echo "by descriptor" >&3
exec 3>&-
cat third
exec 4< third
read -r line <&4
exec 4<&-
echo "line: $line"
cat <<END
here $name
  document $((2 + 2))
END
cat <<'END'
here $name literally
END
cat <<-END
	tabs go
	END
# Pipes and subshells.
printf '%s\n' pear apple fig banana | sort | head -n 2
seq 1 100 | awk '{ s += $1 } END { print s }'
echo "one two three" | tr ' ' '\n' | sed 's/o/0/g' | grep 0
(cd tree && ls && pwd | sed 's,.*/,,')
x=outer
(x=inner; echo "in: $x")
echo "out: $x"
echo "a:b:c" | (IFS=: read -r p q r; echo "$r$q$p")
cat poem | while read -r word rest; do
  echo "$word ($rest)"
done
false | true
echo "pipe status $?"
true | false
echo "pipe status $?"
ls nothing 2>/dev/null || echo "ls failed"
yes | head -n 1000 | wc -l
# Jobs.
sleep 0.05 &
wait $!
echo "waited $?"
(exit 7) &
wait $!
echo "waited $?"
for job in 1 2 3; do
  (sleep 0.0$job; echo "job $job" > job.$job) &
done
wait
cat job.1 job.2 job.3
sleep 5 &
kill -TERM $!
wait $!
echo "killed: $?"
(exit 300)
echo "exit: $?"
# Traps and signals.
trap 'echo "trapped"' USR1
kill -USR1 $$
echo "after the trap"
trap - USR1
(trap 'echo "leaving"' EXIT; echo "inside")
trap '' TERM
kill -TERM $$
echo survived
trap - TERM
# Files.
mkdir -p work/a/b work/c
for f in one two three; do
  echo "$f" > "work/a/$f"
done
cp work/a/one work/c/copy
mv work/a/two work/a/b/moved
ln -s ../a/one work/c/link
find work | sort
cat work/c/link work/a/b/moved
for f in work/a/*; do
  if [ -d "$f" ]; then echo "$f is a directory"; else echo "$f is a file"; fi
done
echo work/*/o* work/none*
chmod 600 work/a/one
stat -c '%a %s' work/a/one
touch -d @1500000000 work/a/one
[ work/a/three -nt work/a/one ] && echo "newer"
tar cf work.tar work
tar tf work.tar | sort | head -n 4
gzip work.tar
gunzip -c work.tar.gz | md5sum | cut -c 1-32 | wc -c
rm -r work work.tar.gz
ls -d work 2>/dev/null || echo "gone"
# Text.
awk -F' ' '$2 > 26 { print toupper($1), $3 }' table
awk '{ count[$2]++ } END { for (k in count) print k, count[k] }' table | sort
sort -k 3 table | cut -d ' ' -f 3
sed -n '2,3p' poem
sed 's/\([a-z]*\) \([a-z]*\)/\2 \1/' poem
grep -n 'is' poem
grep -c e poem
grep -v the poem | wc -l
tr 'a-z' 'n-za-m' < poem | head -n 1
printf '%d %o %x %5.2f %s\n' 255 255 255 3.14159 text
printf '%b' 'tab\tnewline\n'
expr length "hello world"
basename /a/b/c.txt .txt
dirname /a/b/c.txt
date -u -d @1000000000 +%F
dd if=binary bs=1 skip=65 count=5 2>/dev/null; echo
od -A n -t x1 -N 8 binary
md5sum poem | cut -d ' ' -f 1
sha256sum numbers | cut -c 1-16
base64 poem | base64 -d | sha1sum
[ "$(cat poem)" = "$(cat changed)" ] || echo "not the same"
grep -n s changed
echo "grep said $?"
uniq -c numbers | sort | head -n 2
paste -d, numbers numbers | tail -n 2
cut -c 1-3 poem | sort -u | wc -l
fold -w 10 poem | head -n 3
tac numbers | tr '\n' ' '; echo
rev poem | head -n 1
nl numbers | tail -n 1
head -c 5 poem; echo
tail -c 5 poem
head -n 1 poem > piece.1
tail -n 1 poem > piece.2
ls piece.* | wc -l
xargs -n 1 echo item < numbers | head -n 2
find tree -type f | sort | while read -r f; do cat "$f"; done
seq 5 | xargs echo
# eval, aliases of streams, and the like.
command='echo evaluated $((6 * 7))'
eval "$command"
variable=value
eval "echo \$variable"
type cd | head -n 1
command -v echo
[ -r ./sourced ] || echo "nothing to source"
echo 'sourced_value=42' > sourced
. ./sourced
echo "sourced $sourced_value"
getopts ab: option -b argument
echo "$option $OPTARG"
umask 027
touch masked
stat -c %a masked
umask
ulimit -n >/dev/null && echo "limits"
echo "$(( $(cat numbers | wc -l) * 2 ))"
test "$PPID" -gt 0 && echo "has a parent"
export EXPORTED=yes
env | grep EXPORTED
env | grep -c '^EXPORTED=yes$'
./script-that-is-not-there 2>/dev/null
echo "status $?"
not_a_command 2>/dev/null
echo "status $?"
[ "$(echo abc | sed 's/b/X/')" = aXc ] && echo "equal"
big=$(seq 1 2000)
echo "${#big}"
echo "$big" | tail -n 1
echo "$((1000000 * 1000000))"
cat /dev/null | wc -c
head -c 100 /dev/zero | wc -c
primes=""
candidate=2
while [ $candidate -lt 60 ]; do
  divisor=2
  prime=1
  while [ $((divisor * divisor)) -le $candidate ]; do
    if [ $((candidate % divisor)) -eq 0 ]; then
      prime=0
      break
    fi
    divisor=$((divisor + 1))
  done
  [ $prime -eq 1 ] && primes="$primes $candidate"
  candidate=$((candidate + 1))
done
echo "primes:$primes"
hanoi() {
  [ "$1" -eq 0 ] && return
  hanoi $(($1 - 1)) "$2" "$4" "$3"
  moves=$((moves + 1))
  hanoi $(($1 - 1)) "$4" "$3" "$2"
}
moves=0
hanoi 6 a b c
echo "$moves moves"
rm -f out errors third job.* piece.* masked sourced
trap 'echo "the end"; exit 23' EXIT
exit 0
