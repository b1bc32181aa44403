#pragma once
/** For tests of alert sources only: fixtures, and payloads as alerts. Tests run in the root of
 *  the source tree. */
#include <stdio.h>
#include <stdlib.h>
#include "base/spec.h"
#include "port/integration.h"

/** The file's bytes, or "" when it is not there. */
[[gnu::unused]] static Str given_file(Arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return S("");
    char *at = arena_bytes(a, (4 << 20) + 1, 1);
    size_t len = fread(at, 1, 4 << 20, f);
    fclose(f);
    return (Str){ at, len };
}

[[gnu::unused]] static Err decode_as(Arena *a, const char *kind, const char *mapping, Str payload,
    AlertsIn *ret)
{
    const AlertSource *source = alert_source_find(str_of(kind));
    SourceConfig config = { .name = S("test"), .mapping = str_of(mapping) };
    return source->decode(a, &config, S("application/json"), payload, ret);
}

/** The field that an error names; "" without an error. */
[[gnu::unused]] static Str field_of(Err e) { return e.info ? e.info->field : S(""); }
