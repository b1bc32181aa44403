#!/bin/sh
# Writes the folder of a new source of alerts and its line in integrations.def: tools/new_integration.sh NAME
# What it writes compiles and passes its spec; change the decoder into one for the real payload.
set -eu
cd "$(dirname "$0")/.."
name=${1:-}
case $name in ''|*[!a-z0-9_]*|[0-9_]*) echo "usage: tools/new_integration.sh NAME   (lower case letters, digits, _)" >&2; exit 2 ;; esac
dir=src/integration/$name
[ ! -e "$dir" ] || { echo "$dir is there already" >&2; exit 1; }
mkdir -p "$dir/fixtures"

cat >"$dir/fixtures/firing.json" <<'END'
{"id": "42", "state": "firing", "title": "The disk is nearly full", "at": "2026-11-10T14:07:30Z"}
END
cat >"$dir/$name.c" <<END
/** $name: which requests it sends, how they become alerts, and where that is documented. */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = { { "firing", "firing" }, { "resolved", "resolved" }, { 0 } };

static const AlertMap map = { .key = "id", .title = "title", .state = "state", .states = states, .started = "at" };

static const AlertSource source = {
    .kind = "$name",
    .title = "$name",
    .description = "What it sends, in a sentence",
    .instructions = "Send a POST request to {{url}}.",
    .sample = "{\"id\":\"42\",\"state\":\"firing\",\"title\":\"The disk is nearly full\",\"at\":\"2026-11-10T14:07:30Z\"}",
    .map = &map,
};

const Integration ${name}_integration = { .name = "$name", .alert_source = &source };
END
cat >"$dir/${name}_test.c" <<END
#include "port/given_alerts.h"

SPEC("$name: a payload becomes an alert; one without an id is refused with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("firing unknown 42: The disk is nearly full [2026-11-10T14:07:30.000Z..]",
               told_by_file(a, "$name", "src/integration/$name/fixtures/firing.json"));
    expect_str("id", field_of(decode_as(a, "$name", "", S("{\"state\":\"firing\"}"), &none)));
}
END
cat >"$dir/README.md" <<END
# $name

What is connected, how to set it up on the other side, and which of its requests are understood (link its documentation).
END
echo "INTEGRATION($name)" >>integrations.def
echo "Made $dir and the line INTEGRATION($name) in integrations.def."
