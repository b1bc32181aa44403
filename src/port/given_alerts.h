#pragma once
/** For tests of alert sources only: fixtures, and payloads as alerts. Tests run in the root of
 *  the source tree. */
#include <stdio.h>
#include <stdlib.h>
#include "base/spec.h"
#include "base/buf.h"
#include "base/time.h"
#include "port/change_source.h"
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
    return alerts_decode(a, source, &config, S("application/json"), payload, ret);
}

[[gnu::unused]] static Err changes_as(Arena *a, const char *kind, Str payload, ChangesIn *ret)
{
    return change_map(a, alert_source_find(str_of(kind))->changes, S("application/json"), payload, ret);
}

/** The changes that a payload tells of, a line a change: "deploy succeeded KEY: TITLE by AUTHOR at [START..END] of SERVICES {LABELS}". */
[[gnu::unused]] static Str changes_by(Arena *a, const char *kind, Str payload)
{
    ChangesIn list = { 0 };
    Err e = changes_as(a, kind, payload, &list);
    if (e.info) return arena_fmt(a, "refused " STR_FMT ": " STR_FMT, STR_ARG(e.info->field), STR_ARG(e.info->message));
    Buf out = buf_new(a, 1 << 20);
    list_each(&list, i) {
        const ChangeIn *in = &list.at[i];
        char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
        buf_fmt(&out, "%s" STR_FMT " " STR_FMT " " STR_FMT ": " STR_FMT, i ? "\n" : "", STR_ARG(in->kind), STR_ARG(in->state),
                STR_ARG(in->dedup_key), STR_ARG(in->title));
        if (in->author.len) buf_fmt(&out, " by " STR_FMT, STR_ARG(in->author));
        if (in->started_ms || in->ended_ms)
            buf_fmt(&out, " [%s..%s]", in->started_ms ? time_rfc3339(in->started_ms, from) : "", in->ended_ms ? time_rfc3339(in->ended_ms, to) : "");
        list_each(&in->services, k) buf_fmt(&out, " of " STR_FMT, STR_ARG(in->services.at[k]));
        if (in->labels.len > 2) buf_fmt(&out, " " STR_FMT, STR_ARG(in->labels));
    }
    return buf_str(&out);
}
[[gnu::unused]] static Str changes_by_file(Arena *a, const char *kind, const char *path)
{
    return changes_by(a, kind, given_file(a, path));
}

/** The field that an error names; "" without an error. */
[[gnu::unused]] static Str field_of(Err e) { return e.info ? e.info->field : S(""); }

/** What a payload tells, a line an alert: "firing SEV-1 KEY: TITLE [START..END] {LABELS}"; times and labels only when there are any. */
[[gnu::unused]] static Str told_by(Arena *a, const char *kind, const char *content_type, Str payload)
{
    AlertsIn list = { 0 };
    SourceConfig config = { .name = S("test") };
    Err e = alerts_decode(a, alert_source_find(str_of(kind)), &config, str_of(content_type), payload, &list);
    if (e.info) return arena_fmt(a, "refused " STR_FMT ": " STR_FMT, STR_ARG(e.info->field), STR_ARG(e.info->message));
    Buf out = buf_new(a, 1 << 20);
    list_each(&list, i) {
        const AlertIn *in = &list.at[i];
        if (in->is_remark) {
            buf_fmt(&out, "remark " STR_FMT " by " STR_FMT ": " STR_FMT, STR_ARG(in->dedup_key), STR_ARG(in->remark_by), STR_ARG(in->remark));
            continue;
        }
        buf_fmt(&out, "%s%s " STR_FMT " " STR_FMT ": " STR_FMT, i ? "\n" : "", in->resolved ? "resolved" : in->acknowledged ? "acknowledged" : "firing",
                STR_ARG(in->severity), STR_ARG(in->dedup_key), STR_ARG(in->title));
        if (in->started_ms || in->ended_ms) {
            char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
            buf_fmt(&out, " [%s..%s]", in->started_ms ? time_rfc3339(in->started_ms, from) : "", in->ended_ms ? time_rfc3339(in->ended_ms, to) : "");
        }
        if (in->acknowledged_ms) {
            char at[TIME_TEXT_MAX];
            buf_fmt(&out, " taken %s", time_rfc3339(in->acknowledged_ms, at));
        }
        if (in->labels.len > 2) buf_fmt(&out, " " STR_FMT, STR_ARG(in->labels));
    }
    return buf_str(&out);
}
[[gnu::unused]] static Str told_by_file(Arena *a, const char *kind, const char *path)
{
    return told_by(a, kind, "application/json", given_file(a, path));
}
