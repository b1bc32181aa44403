#!/bin/sh
# Writes the whole engine as one crdt.c and one crdt.h: amalgamate.sh FOLDER.
# What the parts share with each other becomes static, so that only the names of crdt.h are seen outside.
set -e
cd "$(dirname "$0")"
out=$1
mkdir -p "$out"
cp crdt.h "$out/crdt.h"
version=$(awk '/define CRDT_VERSION/{gsub(/"/, "", $3); print $3}' crdt.h)

# Prototypes of shared functions start at the left edge with their type.
shared() {
    awk '
        /^#include "/ { next }
        /^(static|typedef|struct|enum|union|#|\/|\}| |\t|$)/ { print; next }
        /\(/ && !/^[A-Z_]+\(/ { print "static " $0; next }
        { print }' "$1"
}

{
    echo "/* crdt $version, all of it in one file, made by amalgamate.sh. The manual is crdt.h. */"
    echo '#include "crdt.h"'
    shared bytes.h
    shared internal.h
    for h in *.h; do
        case $h in crdt.h | bytes.h | internal.h) ;; *) shared "$h" ;; esac
    done
    for f in *.c; do
        echo "/* ---- $f ---- */"
        grep -v '^#include "' "$f"
    done
} >"$out/crdt.c"
