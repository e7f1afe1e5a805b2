#!/bin/sh
# Makes build/work.img, a 720 KiB floppy with the source. Needs mtools.
set -eu
cd "$(dirname "$0")"
mkdir -p build
rm -f build/work.img
mformat -C -f 720 -i build/work.img ::
mcopy -i build/work.img src/sum.asm ::SUM.ASM
