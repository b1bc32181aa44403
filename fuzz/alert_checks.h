#pragma once
/* What must hold of every alert that a decoder lets through, whatever bytes it was made of. */
#include <stdlib.h>
#include "base/utf8.h"
#include "port/alert_build.h"
#include "port/change_source.h"
#include "port/integration.h"

static inline void must(bool holds) { if (!holds) abort(); }

static inline bool is_text(Str s) { return utf8_valid(s) && str_index(s, 0) < 0; }

static inline void check_alert(Arena *a, const AlertIn *x)
{
    json_t *labels = NULL, *links = NULL;
    must(!str_empty(x->dedup_key) && x->dedup_key.len <= ALERT_KEY_BYTES && is_text(x->dedup_key));
    must(x->title.len <= ALERT_TITLE_BYTES && x->description.len <= ALERT_TEXT_BYTES
        && is_text(x->title) && is_text(x->description));
    must(x->group_key.len <= ALERT_KEY_BYTES && is_text(x->group_key) && is_text(x->note));
    must(str_eq(alert_severity(x->severity), x->severity) || str_eq(x->severity, S("unknown")));
    must(x->started_ms >= 0 && x->ended_ms >= 0 && x->acknowledged_ms >= 0 && (x->resolved || x->ended_ms == 0));
    must(!json_parse(a, x->labels, &labels).info && json_is_object(labels)
        && json_object_size(labels) <= ALERT_MAX_LABELS);
    must(!json_parse(a, x->links, &links).info && json_is_array(links)
        && json_array_size(links) <= ALERT_MAX_LINKS);
    for (size_t i = 0; i < json_array_size(links); i++) {
        Str url = json_str(json_array_get(links, i), "url");
        must(str_starts(url, S("http://")) || str_starts(url, S("https://")));
    }
}

static inline void check_changes(const AlertSource *source, Str content_type, Str payload)
{
    auto_arena a = arena_new(1 << 16);
    ChangesIn list = { 0 };
    json_t *labels = NULL;
    Err e = change_map(a, source->changes, content_type, payload, &list);
    if (e.info) { must(e.info->kind == ERR_INVALID); return; }
    must(list.len <= ALERT_MAX_PER_PAYLOAD);
    list_each(&list, i) {
        const ChangeIn *x = &list.at[i];
        must(x->kind.len && x->title.len && x->title.len <= 300 && is_text(x->title) && is_text(x->description));
        must(x->dedup_key.len <= ALERT_KEY_BYTES && is_text(x->dedup_key) && is_text(x->author) && is_text(x->url));
        must(x->description.len <= ALERT_TEXT_BYTES && x->services.len <= 60);
        list_each(&x->services, k) must(x->services.at[k].len && is_text(x->services.at[k]));
        must(x->started_ms >= 0 && x->ended_ms >= 0 && x->told_ms >= 0);
        must(!x->ended_ms || x->started_ms <= x->ended_ms);
        must(!json_parse(a, x->labels, &labels).info && json_is_object(labels));
    }
}

static inline void check_decode_as(const char *kind, Str mapping, Str content_type, Str payload)
{
    auto_arena a = arena_new(1 << 16);
    const AlertSource *source = alert_source_find(str_of(kind));
    SourceConfig config = { .mapping = mapping, .name = S("fuzz") };
    AlertsIn alerts = { 0 };
    if (source->changes) { check_changes(source, content_type, payload); return; }
    Err e = alerts_decode(a, source, &config, content_type, payload, &alerts);
    if (e.info) {
        must(e.info->kind == ERR_INVALID || e.info->kind == ERR_TOO_LARGE);
        if (source->refuse) (void)source->refuse(a, e);
        return;
    }
    must(alerts.len <= ALERT_MAX_PER_PAYLOAD);
    list_each(&alerts, i) check_alert(a, &alerts.at[i]);
    if (source->reply) (void)source->reply(a, &alerts);
}

static inline void check_decode(const char *kind, Str mapping, Str payload)
{
    check_decode_as(kind, mapping, S("application/json"), payload);
}
