#!/bin/sh
# Runs a command with a PostgreSQL server of its own, and stops exactly that server:
#     tests/postgres.sh build/test
# The command finds the server in TEST_POSTGRES (a URL whose role may create databases). The server lives in a
# temporary folder, listens on a Unix socket in it and nowhere else, and does not sync: it is for tests.
# POSTGRES_DURABLE=1 makes it sync, for measuring. Needs the Debian package postgresql (any version from 15).
set -eu
[ $# -gt 0 ] || { echo "usage: tests/postgres.sh COMMAND…" >&2; exit 2; }

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] && [ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb || true)")
[ -x "$bin/initdb" ] || { echo "tests/postgres.sh: initdb not found: install postgresql" >&2; exit 2; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/hindsight-pg-XXXXXX")
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then                 # the server refuses to run as root
    chown postgres: "$dir"
    as() { setpriv --reuid postgres --regid postgres --clear-groups env HOME="$dir" "$@"; }
fi
stop() {
    [ ! -f "$dir/data/postmaster.pid" ] || as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

cd "$dir"
as "$bin/initdb" -D "$dir/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 ||
    { cat "$dir/initdb.log" >&2; exit 2; }
sync="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
[ -z "${POSTGRES_DURABLE:-}" ] || sync=
# This one role has to say its password, so that a wrong one can be tried.
as sh -c 'printf "local all needs_password scram-sha-256\nlocal all all trust\n" >"$1/data/pg_hba.conf"' sh "$dir"
as "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -o "-k $dir -c listen_addresses= -c max_connections=200 $sync" start >/dev/null ||
    { cat "$dir/server.log" >&2; exit 2; }
as "$bin/psql" -qh "$dir" -U postgres -c "CREATE ROLE needs_password LOGIN PASSWORD 'right'"

TEST_POSTGRES="postgres://postgres@/postgres?host=$dir"
export TEST_POSTGRES
cd "$OLDPWD"
"$@" || exit $?
