#!/bin/sh
# Installs into a folder of its own, and builds a program with what pkg-config says. Usage: test/install.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/hello.c" <<'END'
#include <crdt.h>
#include <stdio.h>

int main(void)
{
    CrdtDoc *doc;
    CrdtNode text;
    CrdtBuf update = { NULL, 0, 0, NULL };
    if (crdt_open(NULL, &doc) || crdt_root_make(doc, CRDT_STR("t"), &text) || crdt_begin(doc) ||
        crdt_text_insert(doc, text, 0, CRDT_STR("hello"), NULL, 0) || crdt_commit(doc, &update))
        return 1;
    printf("%llu units\n", (unsigned long long)crdt_length(doc, text));
    crdt_buf_done(&update);
    crdt_close(doc);
    return text.id == CRDT_NONE.id;
}
END
passed=0 failed=0
check() {
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "  FAILED $1: got $2, want $3"; fi
}
${MAKE:-make} -s install PREFIX="$folder/usr" >/dev/null || failed=1
flags=$(PKG_CONFIG_PATH=$folder/usr/lib/pkgconfig pkg-config --cflags --libs crdt)
${CC:-gcc} -std=gnu2x -o "$folder/shared" "$folder/hello.c" $flags
check "linked to the shared library" "$(LD_LIBRARY_PATH=$folder/usr/lib "$folder/shared")" "5 units"
flags=$(PKG_CONFIG_PATH=$folder/usr/lib/pkgconfig pkg-config --static --cflags --libs crdt)
${CC:-gcc} -std=gnu2x -static -o "$folder/static" "$folder/hello.c" $flags
check "linked to the static library" "$("$folder/static")" "5 units"
embeds() { # with this compiler and language, without a warning
    "$1" -x "$2" -std="$3" -pedantic -Wall -Wextra -Werror -I"$folder/usr/include" -fsyntax-only "$folder/hello.c" 2>&1
}
joined=../build/crdt/amalgam
for cc in gcc clang-19; do
    command -v $cc >/dev/null || continue
    for std in c99 c17 gnu2x; do check "the header in $std with $cc" "$(embeds $cc c $std)" ""; done
    check "the joined source with $cc" \
        "$($cc -std=gnu2x -Wall -Wextra -Werror -fsyntax-only "$joined/crdt.c" 2>&1 | head -3)" ""
done
for cxx in g++ clang++-19; do
    command -v $cxx >/dev/null || continue
    for std in c++11 c++17; do check "the header in $std with $cxx" "$(embeds $cxx c++ $std)" ""; done
done
check "the tool is installed" "$("$folder/usr/bin/crdt-tool" --version | cut -d' ' -f1)" "crdt-tool"
check "pkg-config knows the version" "$(PKG_CONFIG_PATH=$folder/usr/lib/pkgconfig pkg-config --modversion crdt)" \
    "$(awk '/define CRDT_VERSION/{gsub(/"/, "", $3); print $3}' crdt.h)"
echo "install: $passed passed, $failed failed"
