#!/usr/bin/env bash
# Builds the bench programs into ../images. Needs aarch64-linux-gnu-gcc; the images are kept in the repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p ../images
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
flags=(-O2 -march=armv8-a -mgeneral-regs-only -ffreestanding -fno-pic -fno-stack-protector -fno-builtin -nostdlib -static)
for source in loop.S calls.S kernels.c; do
  name=${source%.*}
  aarch64-linux-gnu-gcc "${flags[@]}" -Wall -Wextra -Werror -Wl,--build-id=none,--no-warn-rwx-segments -T link.ld -o "$objects/$name.elf" boot.S "$source"
  aarch64-linux-gnu-objcopy -O binary "$objects/$name.elf" "../images/$name.bin"
done
