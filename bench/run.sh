#!/bin/sh
# `make bench`: every figure, beside yardsticks measured in the same run. Ratios count; absolute times are this machine's.
# BENCH_INCIDENTS, BENCH_ALERTS and BENCH_REPORTS set the size of the workspace that lists are measured on.
set -eu
cd "$(dirname "$0")/.."
title() { printf '\n## %s\n' "$*"; }

title "Size"
ls -l build/hindsight | awk '{ printf "hindsight with the UI inside: %.1f MB\n", $5 / 1e6 }'
node web/build.mjs --check-size

title "Database: group commit beside bare inserts"
make --no-print-directory -s bench-store

title "Alerts a second, durable"
make --no-print-directory -s bench-ingest

title "A large workspace"
make --no-print-directory -s build/bench_seed
data=$(mktemp -d "${TMPDIR:-/tmp}/hindsight-bench-XXXXXX")
trap 'rm -rf "$data"' EXIT
build/bench_seed "$data" "${BENCH_INCIDENTS:-100000}" "${BENCH_ALERTS:-1000000}" "${BENCH_REPORTS:-10000}"
node bench/api.mjs "$data"

title "The editor on a long document, beside TipTap’s collaborative example"
[ -d bench/room/node_modules ] || (cd bench/room && npm ci --silent --no-progress)
node bench/editor/run.mjs

title "Pages a second: PDF and DOCX"
node bench/pages.mjs

title "Sockets"
node bench/sockets.mjs 10000

title "Rooms beside other servers"
make --no-print-directory -s bench-room

title "A document with a million updates"
make --no-print-directory -s bench-history

title "Drafts and the check of their claims"
make --no-print-directory -s bench-draft

title "Document engine beside Yjs"
make --no-print-directory -s -C crdt bench || echo "crdt: not measured"
