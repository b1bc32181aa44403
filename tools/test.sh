#!/bin/sh
# Runs every suite, one after the other, and sums them up; a failing suite does not stop the others.
#     tools/test.sh [WORD…]        only suites whose name contains one of the words
# A suite is listed below, or is a tests/NAME.mjs, tests/interop/NAME.mjs, tests/browser/NAME.mjs,
# tests/NAME/run.mjs or run.sh. It prints its results as `NAME: N passed, N failed`,
# perhaps `, N skipped`; a suite that ends badly without saying so counts as one failure.
set -u
cd "$(dirname "$0")/.."
logs=build/test-logs
rm -rf "$logs" && mkdir -p "$logs"
passed=0 failed=0 skipped=0 bad=""

wanted() { [ -z "$words" ] && return 0; for w in $words; do case "$1" in *"$w"*) return 0 ;; esac; done; return 1; }
words="$*"

# Sums the result lines of a log: ours, and node's own (# pass N, ℹ pass N).
count() {
    awk '
        /^[A-Za-z0-9 _()-]+: [0-9]+ passed, [0-9]+ failed/ { n = split($0, w, /[ :,]+/); for (i = 2; i <= n; i++) { if (w[i] == "passed") p += w[i-1]; if (w[i] == "failed") f += w[i-1]; if (w[i] == "skipped") s += w[i-1] } found = 1 }
        /^(#|ℹ) pass [0-9]+$/ { p += $3; found = 1 } /^(#|ℹ) fail [0-9]+$/ { f += $3 } /^(#|ℹ) skipped [0-9]+$/ { s += $3 }
        END { print p + 0, f + 0, s + 0, found + 0 }' "$1"
}

suite() {
    name=$1; shift
    wanted "$name" || return 0
    began=$(date +%s)
    printf '%-18s ' "$name"
    timeout -k 10 1200 "$@" >"$logs/$name.log" 2>&1; code=$?        # nothing here takes twenty minutes
    [ "$code" != 124 ] || echo "stopped after twenty minutes" >>"$logs/$name.log"
    set -- $(count "$logs/$name.log")
    [ "$code" = 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1 "$3" "$4"
    [ "$4" = 1 ] || [ "$code" != 0 ] || set -- "$1" 1 "$3" 0      # a suite that ran nothing has not passed
    printf '%6d passed, %d failed%s  %ds\n' "$1" "$2" "$([ "$3" = 0 ] || echo ", $3 skipped")" $(($(date +%s) - began))
    if [ "$2" != 0 ]; then
        bad="$bad $name"
        grep -aE '^ *(FAIL|not ok|✖)|expected|Sanitizer|rror:' "$logs/$name.log" | head -30 | sed 's/^/    /'
        [ "$code" = 0 ] || tail -5 "$logs/$name.log" | sed 's/^/    /'
    fi
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

export ASAN_OPTIONS=detect_leaks=1
suite specs-sqlite env TEST_DATABASE=sqlite build/test
suite specs-postgres env TEST_DATABASE=postgres tests/postgres.sh build/test
[ ! -f crdt/Makefile ] || suite crdt make --no-print-directory -C crdt test
suite web npm test --silent
for run in tests/*.mjs tests/interop/*.mjs tests/browser/*.mjs tests/*/run.mjs tests/*/run.sh; do
    [ -f "$run" ] || continue
    case "$run" in */run.*) name=$(basename "$(dirname "$run")") ;; *) name=$(basename "$run" .mjs) ;; esac
    case "$run" in *.mjs) suite "$name" tests/postgres.sh node "$run" ;; *) suite "$name" tests/postgres.sh sh "$run" ;; esac
done

[ -z "$bad" ] || echo "failed:$bad (whole output in $logs/)"
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
