#!/bin/sh
# Runs the specs, the random peers, everything that is held against Yjs, and crdt-tool; adds all up.
# Usage: test/run.sh SPECS TOOL ROUNDS SEED RANDOM_ROUNDS. The last line is "crdt: N passed, N failed".
passed=0 failed=0

# add OUTPUT: its last line ends with "N passed, N failed"; anything else counts as one failure.
add() {
    echo "$1"
    last=$(echo "$1" | tail -1)
    p=$(echo "$last" | sed -n 's/^\(.*[^0-9]\)\{0,1\}\([0-9][0-9]*\) passed, [0-9]* failed$/\2/p')
    f=$(echo "$last" | sed -n 's/^.* passed, \([0-9][0-9]*\) failed$/\1/p')
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1}))
}

add "$("$1" 2>&1)"
add "$("$1-amalgam" 2>&1)"
add "$(test/install.sh 2>&1)"
if node --input-type=module -e 'import "yjs"; import "@tiptap/y-tiptap"; import "y-prosemirror"' 2>/dev/null; then
    add "$(CRDT_TOOL="$2" node test/peers.mjs --rounds "$3" --seed "$4" 2>&1)"
    add "$(CRDT_TOOL="$2" node test/changes.mjs --rounds 60 --seed "$4" 2>&1)"
    add "$(CRDT_TOOL="$2" node test/random.mjs --rounds "$5" --seed "$4" 2>&1)"
    add "$(CRDT_TOOL="$2" node fuzz/differential.mjs --inputs 300 --seed "$4" fuzz/corpus/update 2>&1)"
    add "$(CRDT_TOOL="$2" node test/tool.mjs 2>&1)"
    add "$(CRDT_TOOL="$2" node test/protocols.mjs --rounds 40 --seed "$4" 2>&1)"
    add "$(CRDT_TOOL="$2" node test/prosemirror.mjs --rounds 100 --seed "$4" 2>&1)"
else
    add "JavaScript peers: Yjs is missing; run npm ci at the root of the repository"
fi
echo "crdt: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
