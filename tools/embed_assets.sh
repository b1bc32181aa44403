#!/bin/sh
# Writes assembler that carries every file of a folder in the binary, with a table `assets` (see app/asset.h).
# Text is stored as gzip, pictures and fonts as they are.
set -eu
dir=$1
out=build/gen/assets
mkdir -p "$out"
rm -f "$out"/*
i=0
table=""
echo '    .section .rodata'
for f in $(find "$dir" -type f 2>/dev/null | LC_ALL=C sort); do
    name=/${f#"$dir"/}
    case $name in
        *.png|*.woff2|*.ico|*.jpg|*.webp) cp "$f" "$out/$i"; gz=0 ;;
        *) gzip -9nc "$f" > "$out/$i"; gz=1 ;;
    esac
    printf '    .balign 8\na%d: .incbin "%s"\ne%d: .byte 0\nn%d: .asciz "%s"\n' "$i" "$out/$i" "$i" "$i" "$name"
    table="$table    .balign 8
    .quad n$i, a$i, e$i - a$i, $gz
"
    i=$((i + 1))
done
printf '    .section .data.rel.ro, "aw"\n    .balign 8\n    .globl assets\nassets:\n%s    .quad 0, 0, 0, 0\n' "$table"
echo '    .section .note.GNU-stack,"",@progbits'
