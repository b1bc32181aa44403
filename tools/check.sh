#!/bin/sh
# What can be said without running a test: everything compiles without a warning with both compilers, nobody includes what
# they may not, banned functions, types, queries on both databases, the API page. Says what fails, and goes on.
set -u
cd "$(dirname "$0")/.."
bad=0
step() { name=$1; shift; if out=$("$@" 2>&1); then echo "ok   $name"; else echo "FAIL $name"; printf '%s\n' "$out" | tail -40 | sed 's/^/    /'; bad=1; fi; }
jobs=$(nproc 2>/dev/null || echo 2)

step "gcc, warnings as errors" make --no-print-directory -j"$jobs" all build/test
if command -v clang-19 >/dev/null 2>&1; then step "clang, warnings as errors" make --no-print-directory -j"$jobs" clang; else echo "skip clang: clang-19 is not installed"; fi
step "floors: who may include whom" make --no-print-directory -s floors
step "banned functions" awk -f tools/banned.awk tools/banned.txt $(find src crdt -name '*.[ch]' ! -name '*_test.c' ! -path 'crdt/test/*')
types() { mkdir -p build/web-gen && build/hindsight api --typescript >build/web-gen/api.gen.ts && npx --no-install tsc --noEmit; }
step "types of the user interface" types
sizes() { node web/build.mjs --check-size; }
step "size of the user interface" sizes
step "queries prepare on SQLite" env TEST_DATABASE=sqlite build/test "every query"
step "queries prepare on PostgreSQL" env TEST_DATABASE=postgres tests/postgres.sh build/test "every query"
api() { build/hindsight api --openapi | node tools/check_openapi.mjs; }
step "the API page is sound" api
lock() { ! grep -q '"resolved"' package-lock.json; }
step "the lock file names no registry" lock
exit $bad
