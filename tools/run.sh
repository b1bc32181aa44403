#!/bin/sh
# `make run`: serves sample data from a data folder of its own.
set -eu
cd "$(dirname "$0")/.."
data=.data/run
listen=${LISTEN:-127.0.0.1:8080}
email=you@example.com
password=sample-data-only

if [ ! -f "$data/ready" ]; then
    echo "Making $data with sample data (once)"
    rm -rf "$data"
    mkdir -p "$data"
    printf '%s\n' "$password" | build/hindsight user add --data "$data" --email "$email" --name You --role admin --password-stdin 2>/dev/null
    build/hindsight demo --data "$data"
    touch "$data/ready"
fi
echo "Sign in as $email with the password $password. Remove $data to start over."
exec build/hindsight serve --data "$data" --listen "$listen"
