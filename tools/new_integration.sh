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
#include "base/time.h"
#include "port/integration.h"

static Err decode(Arena *a, const SourceConfig *config, Str content_type, Str payload, AlertsIn *ret)
{
    (void)config; (void)content_type;
    json_t *body;
    TRY(json_parse(a, payload, &body));
    AlertIn *in = list_add(a, ret);
    in->dedup_key = json_str(body, "id");
    in->title = json_str(body, "title");
    in->resolved = str_eq(json_str(body, "state"), S("resolved"));
    in->severity = S("unknown");
    in->labels = S("{}");
    in->links = S("[]");
    if (str_empty(in->dedup_key)) return fail_field(a, S("id"), "an alert needs an id");
    if (!time_parse(json_str(body, "at"), &in->started_ms)) return fail_field(a, S("at"), "at must be a time");
    return OK;
}

static const AlertSource source = {
    .kind = "$name",
    .title = "$name",
    .description = "What it sends, in a sentence",
    .instructions = "Send a POST request to {{url}}.",
    .sample = "{\"id\":\"42\",\"state\":\"firing\",\"title\":\"The disk is nearly full\",\"at\":\"2026-11-10T14:07:30Z\"}",
    .decode = decode,
};

const Integration ${name}_integration = { .name = "$name", .alert_source = &source };
END
cat >"$dir/${name}_test.c" <<END
#include "base/spec.h"
#include "port/integration.h"

SPEC("$name: a payload becomes an alert; one without an id is refused with the field named")
{
    auto_arena a = arena_new(4096);
    const AlertSource *source = alert_source_find(S("$name"));
    AlertsIn alerts = { 0 }, none = { 0 };
    expect_ok(source->decode(a, &(SourceConfig){ 0 }, S("application/json"), str_of(source->sample), &alerts));
    expect_int(1, alerts.len);
    expect_str("The disk is nearly full", alerts.at[0].title);
    Err e = source->decode(a, &(SourceConfig){ 0 }, S("application/json"), S("{}"), &none);
    expect(err_is(e, ERR_INVALID));
    expect_str("id", e.info->field);
}
END
cat >"$dir/README.md" <<END
# $name

What is connected, how to set it up on the other side, and which of its requests are understood (link its documentation).
END
echo "INTEGRATION($name)" >>integrations.def
echo "Made $dir and the line INTEGRATION($name) in integrations.def."
