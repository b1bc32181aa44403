#!/bin/sh
# Runs every suite, one after the other, and sums them up; a failing suite does not stop the others.
#     tools/test.sh [WORD…]        only suites whose name contains one of the words
# A suite is listed below, or is a tests/NAME.mjs, tests/interop/NAME.mjs, tests/browser/NAME.mjs,
# tests/NAME/run.mjs or run.sh; one of tests/browser is called ui-NAME. It prints its results as `NAME: N passed, N failed`,
# perhaps `, N skipped`; a suite that ends badly without saying so counts as one failure.
# A suite that fails is run once more, and the second run counts: what failed at first is shown and named
# at the end as unsteady (docs/decisions/011-a-second-run.md). ONCE=1 forgives nothing.
set -u
cd "$(dirname "$0")/.."
logs=build/test-logs
rm -rf "$logs" && mkdir -p "$logs"
passed=0 failed=0 skipped=0 bad="" unsteady=""

wanted() { [ -z "$words" ] && return 0; for w in $words; do case "$1" in *"$w"*) return 0 ;; esac; done; return 1; }
words="$*"

# Sums the result lines of a log: ours, and node's own (# pass N, ℹ pass N).
count() {
    awk '
        /^[A-Za-z0-9 _()-]+: [0-9]+ passed, [0-9]+ failed/ { n = split($0, w, /[ :,]+/); for (i = 2; i <= n; i++) { if (w[i] == "passed") p += w[i-1]; if (w[i] == "failed") f += w[i-1]; if (w[i] == "skipped") s += w[i-1] } found = 1 }
        /^(#|ℹ) pass [0-9]+$/ { p += $3; found = 1 } /^(#|ℹ) fail [0-9]+$/ { f += $3 } /^(#|ℹ) skipped [0-9]+$/ { s += $3 }
        END { print p + 0, f + 0, s + 0, found + 0 }' "$1"
}

# Runs a suite into its log; sets p, f and s to what passed, failed and was skipped.
once() {
    log=$1; shift
    timeout -k 10 480 "$@" >"$log" 2>&1; code=$?        # nothing here takes eight minutes
    [ "$code" != 124 ] || echo "stopped after eight minutes" >>"$log"
    set -- $(count "$log")
    p=$1 f=$2 s=$3
    [ "$code" = 0 ] || [ "$f" -gt 0 ] || f=1
    [ "$4" = 1 ] || [ "$code" != 0 ] || f=1      # a suite that ran nothing has not passed
}

complain() {
    grep -aE '^ *(FAIL|not ok|✖)|expected|Sanitizer|rror:' "$1" | head -30 | sed 's/^/    /'
    [ "$code" = 0 ] || tail -5 "$1" | sed 's/^/    /'
}

suite() {
    name=$1; shift
    wanted "$name" || return 0
    began=$(date +%s)
    printf '%-18s ' "$name"
    log=$logs/$name.log
    once "$log" "$@"
    if [ "$f" != 0 ] && [ -z "${ONCE-}" ] && ! grep -aq Sanitizer "$log"; then
        printf '%6d passed, %d failed  %ds; again:\n' "$p" "$f" $(($(date +%s) - began))
        complain "$log"
        mv "$log" "$logs/$name.first.log"
        began=$(date +%s)
        printf '%-18s ' "$name"
        once "$log" "$@"
        [ "$f" != 0 ] || unsteady="$unsteady $name"
    fi
    printf '%6d passed, %d failed%s  %ds\n' "$p" "$f" "$([ "$s" = 0 ] || echo ", $s skipped")" $(($(date +%s) - began))
    if [ "$f" != 0 ]; then
        bad="$bad $name"
        complain "$log"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

export ASAN_OPTIONS=detect_leaks=1
suite specs-sqlite env TEST_DATABASE=sqlite build/test
suite specs-postgres env TEST_DATABASE=postgres tests/postgres.sh build/test
[ ! -f crdt/Makefile ] || suite crdt make --no-print-directory -C crdt test
suite web npm test --silent
for run in tests/*.mjs tests/interop/*.mjs tests/browser/*.mjs tests/*/run.mjs tests/*/run.sh; do
    [ -f "$run" ] || continue
    case "$run" in
        */run.*) name=$(basename "$(dirname "$run")") ;;
        tests/browser/*) name=ui-$(basename "$run" .mjs) ;;
        *) name=$(basename "$run" .mjs) ;;
    esac
    case "$run" in *.mjs) suite "$name" tests/postgres.sh node "$run" ;; *) suite "$name" tests/postgres.sh sh "$run" ;; esac
done

[ -z "$unsteady" ] || echo "unsteady, mend them:$unsteady (first runs in $logs/NAME.first.log)"
[ -z "$bad" ] || echo "failed:$bad (whole output in $logs/)"
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
