#!/bin/sh
# Writes assembler that carries every file of a folder in the binary, as a table of {name, bytes, length, is gzip}
# that ends with a zero name: embed_assets.sh SYMBOL FOLDER [raw]. Text is stored as gzip unless raw is asked for.
set -eu
symbol=$1
dir=$2
keep=${3:-}
out=build/gen/$symbol
mkdir -p "$out"
rm -f "$out"/*
i=0
table=""
echo '    .section .rodata'
for f in $(find "$dir" -type f 2>/dev/null | LC_ALL=C sort); do
    name=/${f#"$dir"/}
    case $name in
        *.png|*.woff2|*.ico|*.jpg|*.webp) cp "$f" "$out/$i"; gz=0 ;;
        *) if [ "$keep" = raw ]; then cp "$f" "$out/$i"; gz=0; else gz=1; fi
           [ $gz = 0 ] || gzip -9nc "$f" > "$out/$i" ;;
    esac
    printf '    .balign 8\na%d: .incbin "%s"\ne%d: .byte 0\nn%d: .asciz "%s"\n' "$i" "$out/$i" "$i" "$i" "$name"
    table="$table    .balign 8
    .quad n$i, a$i, e$i - a$i, $gz
"
    i=$((i + 1))
done
printf '    .section .data.rel.ro, "aw"\n    .balign 8\n    .globl %s\n%s:\n%s    .quad 0, 0, 0, 0\n' "$symbol" "$symbol" "$table"
echo '    .section .note.GNU-stack,"",@progbits'
