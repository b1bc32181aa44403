#!/bin/sh
# Runs the specs, then the random peers; adds both up. Usage: test/run.sh SPECS PEER ROUNDS SEED
specs=$("$1"); echo "$specs"
passed=$(echo "$specs" | tail -1 | sed 's/ passed.*//')
failed=$(echo "$specs" | tail -1 | sed 's/.*passed, //; s/ failed.*//')
case "$passed$failed" in '' | *[!0-9]*) passed=0 failed=1 ;; esac
if node -e 'import("yjs")' 2>/dev/null || (cd .. && node --input-type=module -e 'import "yjs"' 2>/dev/null); then
    peers=$(CRDT_PEER="$2" node test/peers.mjs --rounds "$3" --seed "$4"); echo "$peers"
    last=$(echo "$peers" | tail -1)
    p=$(echo "$last" | sed -n 's/.*; \([0-9]*\) passed.*/\1/p')
    f=$(echo "$last" | sed -n 's/.*passed, \([0-9]*\) failed/\1/p')
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1}))
else
    echo "random peers: Yjs is missing; run npm ci at the root of the repository"
    failed=$((failed + 1))
fi
echo "crdt: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
