/* What people mend in a timeline: duplicates are folded into one, and what should never have been written is redacted. */
#include "app/audit.h"
#include "base/map.h"
#include "base/time.h"
#include "feature/timeline/rules.h"
#include "sql.gen.h"

enum { MERGE_MOST = 100, REASON_MOST = 500 };

static json_t *text_of(Str s) { return json_stringn(s.at ? s.at : "", s.len); }

/** The data of an event as an object that may be changed; an empty one when it has none. Owned by the arena. */
static Err data_of(Cx *cx, const TimelineEvent *e, json_t **ret)
{
    if (e->data.len && !json_parse(cx->arena, e->data, ret).info && json_is_object(*ret)) return OK;
    return json_parse(cx->arena, S("{}"), ret);
}

static Err of_incident(Cx *cx, Str incident, Str id, const char *field, TimelineEvent *ret, bool *ret_removed)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_event_even_removed);
    stmt_str(&q, "id", id);
    TimelineEvent e = { 0 };
    bool removed = false, found = stmt_step(&q);
    if (found) timeline_row(&q, &e), removed = stmt_col_int(&q, 23) != 0;
    TRY(stmt_end(&q));
    bool seen = false;
    if (found && str_eq(e.incident_id, incident)) TRY(access_sees(cx, e.audience, &seen));
    if (!seen) return fail_field(cx->arena, str_of(field), "no timeline event " STR_FMT " in this incident", STR_ARG(id));
    *ret = e;
    *ret_removed = removed;
    return OK;
}

/* ---- redaction */

/** What the log keeps of the entries that lose their content: enough to see later that nothing else was changed. */
static Err emptied_entries(Cx *cx, Str event, json_t **ret)
{
    json_t *all;
    TRY(json_parse(cx->arena, S("[]"), &all));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_entry_whole);
    stmt_str(&q, "event", event);
    while (stmt_step(&q)) {
        json_t *one = json_object();
        json_object_set_new(one, "seq", json_integer(stmt_col_int(&q, 0)));
        json_object_set_new(one, "action", text_of(stmt_col_str(&q, 1)));
        json_object_set_new(one, "at_ms", json_integer(stmt_col_int(&q, 2)));
        json_object_set_new(one, "actor", text_of(stmt_col_str(&q, 3)));
        json_object_set_new(one, "hash", text_of(stmt_col_str(&q, 4)));
        json_array_append_new(all, one);
    }
    *ret = all;
    return stmt_end(&q);
}

static Err redact_one(Cx *cx, TimelineEvent e, bool removed, Str reason)
{
    json_t *entries;
    TRY(emptied_entries(cx, e.id, &entries));
    auto_stmt blank = stmt_begin(cx->arena, cx->store, &sql_timeline_entry_blank);
    stmt_str(&blank, "event", e.id);
    TRY(stmt_exec(&blank));
    json_t *data, *tombstone = json_object();
    TRY(json_parse(cx->arena, S("{}"), &data));
    json_object_set_new(tombstone, "by", text_of(cx->actor.id));
    json_object_set_new(tombstone, "at_ms", json_integer(cx->now_ms));
    json_object_set_new(tombstone, "reason", text_of(reason));
    json_object_set(tombstone, "entries", entries);
    json_object_set_new(data, "redacted", tombstone);
    e.title = S("Redacted");
    e.body = S("");
    e.evidence = (Evidence){ 0 };
    e.data = json_text(cx->arena, data);
    e.hand_made = false;                        /* nobody gives it words again */
    TRY(audit_add(cx, "timeline.redacted", "timeline_event", e.id, S("{}")));
    return timeline_revise(cx, &e, removed ? "removed" : "redacted");
}

Err timeline_redact(Cx *cx, Str incident, Str id, Str reason)
{
    TimelineEvent e;
    bool removed;
    json_t *was, *one;
    TRY(of_incident(cx, incident, id, "event_id", &e, &removed));
    reason = str_trim(reason);
    if (!reason.len || reason.len > REASON_MOST)
        return fail_field(cx->arena, S("reason"), "say why in 1 to %d bytes: it stays where the words stood", REASON_MOST);
    TRY(data_of(cx, &e, &was));
    if (json_object_get(was, "redacted")) return fail(cx->arena, ERR_CONFLICT, "this event was redacted before");
    size_t k;
    json_array_foreach(json_object_get(was, "merged"), k, one) {
        TimelineEvent folded;
        bool gone;
        json_t *own;
        TRY(of_incident(cx, incident, json_str(one, "id"), "event_id", &folded, &gone));
        TRY(data_of(cx, &folded, &own));
        if (gone && str_eq(json_str(own, "merged_into"), e.id)) TRY(redact_one(cx, folded, gone, reason));
    }
    return redact_one(cx, e, removed, reason);
}

/* ---- duplicates */

/** Without its words: those stand in one place only, so that a redaction finds them. */
static json_t *told_as(const TimelineEvent *e)
{
    char at[TIME_TEXT_MAX];
    json_t *one = json_object();
    json_object_set_new(one, "id", text_of(e->id));
    json_object_set_new(one, "kind", text_of(e->kind));
    json_object_set_new(one, "source", text_of(e->source));
    json_object_set_new(one, "occurred_at", json_string(time_rfc3339(e->occurred_ms, at)));
    return one;
}

static Err fold(Cx *cx, TimelineEvent *into, TimelineEvent *e, json_t *merged)
{
    json_t *data;
    TRY(data_of(cx, e, &data));
    if (json_object_get(data, "merged"))
        return fail_field(cx->arena, S("ids"), "take apart first what was merged into \"" STR_FMT "\"", STR_ARG(e->title));
    json_array_append_new(merged, told_as(e));
    into->starred |= e->starred;
    json_object_set_new(data, "merged_into", text_of(into->id));
    e->data = json_text(cx->arena, data);
    if (str_empty(e->audience)) TRY(incident_count(cx, e->incident_id, INCIDENT_EVENTS, -1));
    return timeline_revise(cx, e, "removed");
}

Err timeline_name_merged(Cx *cx, TimelineEvents *page)
{
    Strs ids = { 0 };
    json_t *one;
    size_t n;
    json_t **data = arena_array(cx->arena, json_t *, page->len);
    list_each(page, k) {
        if (str_find(page->at[k].data, S("\"merged\"")) < 0) continue;
        TRY(data_of(cx, &page->at[k], &data[k]));
        json_array_foreach(json_object_get(data[k], "merged"), n, one) ids_add(cx->arena, &ids, json_str(one, "id"));
    }
    if (!ids.len) return OK;
    Map *titles = map_new(cx->arena);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_event_titles);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        Str *title = arena_make(cx->arena, Str);
        Str id = stmt_col_str(&q, 0);
        *title = stmt_col_str(&q, 1);
        map_set(titles, id, title);
    }
    TRY(stmt_end(&q));
    list_each(page, k) {
        if (!data[k]) continue;
        json_array_foreach(json_object_get(data[k], "merged"), n, one) {
            const Str *title = map_get(titles, json_str(one, "id"));
            json_object_set_new(one, "title", text_of(title ? *title : S("")));
        }
        page->at[k].data = json_text(cx->arena, data[k]);
    }
    return OK;
}

Err timeline_merge(Cx *cx, Str incident, Strs ids)
{
    TimelineEvent into;
    bool removed;
    if (ids.len < 2 || ids.len > MERGE_MOST)
        return fail_field(cx->arena, S("ids"), "name 2 to %d events, the one that stays first", MERGE_MOST);
    TRY(of_incident(cx, incident, ids.at[0], "ids", &into, &removed));
    if (removed) return fail_field(cx->arena, S("ids"), "the first event is no longer on the timeline");
    json_t *data;
    TRY(data_of(cx, &into, &data));
    json_t *merged = json_object_get(data, "merged");
    if (!merged) json_object_set_new(data, "merged", merged = json_array());
    for (size_t k = 1; k < ids.len; k++) {
        TimelineEvent e;
        TRY(of_incident(cx, incident, ids.at[k], "ids", &e, &removed));
        if (removed || str_eq(e.id, into.id)) return fail_field(cx->arena, S("ids"), "an event is named twice, or no longer on the timeline");
        if (!str_eq(e.audience, into.audience)) return fail(cx->arena, ERR_CONFLICT, "these events are not seen by the same people");
        TRY(fold(cx, &into, &e, merged));
    }
    into.data = json_text(cx->arena, data);
    return timeline_revise(cx, &into, "revised");
}

Err timeline_split(Cx *cx, Str id)
{
    TimelineEvent into;
    json_t *data, *one;
    TRY(timeline_get(cx, id, &into));
    TRY(data_of(cx, &into, &data));
    json_t *merged = json_object_get(data, "merged");
    if (!merged) return fail(cx->arena, ERR_CONFLICT, "nothing was merged into this event");
    size_t k;
    json_array_foreach(merged, k, one) {
        TimelineEvent e;
        bool removed;
        json_t *own;
        TRY(of_incident(cx, into.incident_id, json_str(one, "id"), "ids", &e, &removed));
        TRY(data_of(cx, &e, &own));
        if (!removed || !str_eq(json_str(own, "merged_into"), into.id)) continue;
        json_object_del(own, "merged_into");
        e.data = json_text(cx->arena, own);
        if (str_empty(e.audience)) TRY(incident_count(cx, e.incident_id, INCIDENT_EVENTS, 1));
        TRY(timeline_revise(cx, &e, "revised"));
    }
    json_object_del(data, "merged");
    into.data = json_text(cx->arena, data);
    return timeline_revise(cx, &into, "revised");
}
