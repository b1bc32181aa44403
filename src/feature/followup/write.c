/* Writing a follow-up: its row, its history, its words for search, and telling those who want to know. */
#include "base/id.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/followup/rules.h"
#include "store/search.h"
#include "sql.gen.h"

const int64_t followup_no_due = (int64_t)1 << 43;

int followup_place_of(const char *const *words, Str word)
{
    for (int i = 0; words[i]; i++)
        if (str_eq(word, str_of(words[i]))) return i;
    return -1;
}

static bool is_settled(const FollowUp *f)
{
    if (str_eq(f->status, S("verified")) || str_eq(f->status, S("wont_do"))) return true;
    if (str_eq(f->status, S("done"))) return str_empty(f->effectiveness_check);
    return str_eq(f->status, S("not_effective")) && f->successor.id.len > 0;
}

static void bind_row(Cx *cx, Stmt *q, const FollowUp *f)
{
    int64_t due = f->due_ms ? f->due_ms : followup_no_due;
    stmt_str(q, "id", f->id);
    const struct { const char *name; Str value; } texts[] = {
        { "title", f->title }, { "description", f->description }, { "status", f->status }, { "kind", f->kind },
        { "priority", f->priority }, { "audience", f->audience }, { "risk_reduction", f->risk_reduction },
        { "effectiveness_check", f->effectiveness_check }, { "effectiveness_note", f->effectiveness_note },
        { "wont_do_reason", f->wont_do_reason }, { "labels", strs_json(cx->arena, f->labels) },
    };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) stmt_str(q, texts[k].name, texts[k].value);
    stmt_str_or_null(q, "owner", f->owner_id);
    stmt_str_or_null(q, "team", f->team_id);
    stmt_str_or_null(q, "channel", f->channel_id);
    stmt_str_or_null(q, "incident", f->incident.id);
    stmt_str_or_null(q, "report", f->report.id);
    stmt_str_or_null(q, "successor", f->successor.id);
    stmt_str_or_null(q, "verified_by", f->verified_by.id);
    stmt_int_or_null(q, "due_ms", f->due_ms);
    stmt_int_or_null(q, "effectiveness_due_ms", f->effectiveness_due_ms);
    stmt_int_or_null(q, "completed_ms", f->completed_ms);
    stmt_int_or_null(q, "verified_ms", f->verified_ms);
    stmt_int(q, "settled", is_settled(f));
    stmt_int(q, "rank_due", due);
    stmt_int(q, "rank_priority", ((int64_t)followup_place_of(followup_priorities, f->priority) << 44) + due);
    stmt_int(q, "now_ms", cx->now_ms);
}

Err followup_index(Cx *cx, const FollowUp *f)
{
    Str body = arena_fmt(cx->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT,
                         STR_ARG(f->reference), STR_ARG(f->description), STR_ARG(f->risk_reduction),
                         STR_ARG(f->effectiveness_check));
    return search_put(
        cx->store, cx->arena,
        &(SearchDoc){ S("follow_up"), f->id, f->title, body, f->audience, f->created_ms });
}

Err followup_tell_pages(Cx *cx, const FollowUp *f)
{
    TRY(live_touch(cx, S("follow-ups"), "changed", f->id, f->version, f->audience));
    TRY(live_touch(cx, S("home"), "follow_up", f->id, f->version, f->audience));
    if (f->report.id.len) {
        Str topic = arena_fmt(cx->arena, "report:" STR_FMT, STR_ARG(f->report.id));
        TRY(live_touch(cx, topic, "follow_up", f->id, f->version, f->audience));
    }
    if (str_empty(f->incident.id)) return OK;
    Str topic = arena_fmt(cx->arena, "incident:" STR_FMT, STR_ARG(f->incident.id));
    return live_touch(cx, topic, "follow_up", f->id, f->version, f->audience);
}

Err followup_save(Cx *cx, FollowUp *f)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_followup_update);
    bind_row(cx, &q, f);
    TRY(stmt_exec(&q));
    f->version++;
    TRY(followup_index(cx, f));
    return followup_tell_pages(cx, f);
}

Err followup_note(Cx *cx, Str id, const char *field, Str was, Str became)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_followup_history_add);
    stmt_str(&q, "id", id_new(cx->arena, cx->now_ms));
    stmt_str(&q, "followup", id);
    stmt_int(&q, "at_ms", cx->now_ms);
    stmt_str(&q, "actor", cx->actor.id);
    stmt_str(&q, "field", str_of(field));
    stmt_str(&q, "was", was);
    stmt_str(&q, "became", became);
    return stmt_exec(&q);
}

Err followup_news(Cx *cx, const FollowUp *f, const char *kind, Str title, Str data)
{
    return event_emit(cx, &(Event){ .kind = kind, .subject = f->incident.id.len ? f->incident.id : f->id, .object = f->id,
                                    .title = title, .data = data, .version = f->version, .audience = f->audience });
}

Err followup_tell_count(Cx *cx, Str incident)
{
    if (str_empty(incident)) return OK;
    Incident i;
    TRY(incident_row(cx, incident, &i));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_followup_count_of_incident);
    stmt_str(&q, "incident", incident);
    stmt_str(&q, "audience", i.audience);
    int64_t n = stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
    TRY(stmt_end(&q));
    return incident_follow_ups_set(cx, incident, n);
}

Err followup_tell_readers(Cx *cx, const FollowUp *f)
{
    return followup_news(cx, f, "followup.access_changed", S("Changed who may see the follow-up"), S("{}"));
}

Err followup_tell_owner(Cx *cx, const FollowUp *f)
{
    if (!f->owner_id.len) return OK;
    return followup_news(cx, f, "followup.assigned", arena_fmt(cx->arena, STR_FMT " assigned", STR_ARG(f->reference)),
                arena_fmt(cx->arena, "{\"owner\":\"" STR_FMT "\"}", STR_ARG(f->owner_id)));
}

Err followup_put_services(Cx *cx, Str id, Strs services)
{
    auto_stmt clear = stmt_begin(cx->arena, cx->store, &sql_followup_service_clear);
    stmt_str(&clear, "id", id);
    TRY(stmt_exec(&clear));
    list_each(&services, k) {
        Ref service;
        TRY(service_named(cx, arena_fmt(cx->arena, "service_ids[%zu]", k), services.at[k], &service));
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_followup_service_add);
        stmt_str(&q, "id", id);
        stmt_str(&q, "service", service.id);
        TRY(stmt_exec(&q));
    }
    return OK;
}

Err followup_insert(Cx *cx, FollowUp *f)
{
    TRY(counter_next(cx, "FU", &f->number));
    f->reference = reference(cx->arena, "FU", f->number);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_followup_insert);
    bind_row(cx, &q, f);
    stmt_int(&q, "number", f->number);
    stmt_str_or_null(&q, "predecessor", f->predecessor.id);
    stmt_str_or_null(&q, "created_by", cx->actor.id);
    return stmt_exec(&q);
}

Err followup_tell_status(Cx *cx, const FollowUp *f, Str from)
{
    Str data =
        arena_fmt(cx->arena,
                  "{\"reference\":\"" STR_FMT "\",\"from\":\"" STR_FMT "\",\"to\":\"" STR_FMT "\"}",
                  STR_ARG(f->reference), STR_ARG(from), STR_ARG(f->status));
    return followup_news(
        cx, f, "followup.status_changed",
        arena_fmt(cx->arena, STR_FMT " is " STR_FMT, STR_ARG(f->reference), STR_ARG(f->status)),
        data);
}
