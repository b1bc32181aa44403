/* The rules of timeline events: recording, revising, listing. */
#include "base/id.h"
#include "base/time.h"
#include "feature/account/account.h"
#include "feature/timeline/rules.h"
#include "sql.gen.h"

const char *const timeline_kinds[] = { "created", "status_changed", "severity_changed", "field_changed", "role_assigned",
    "responder_joined", "responder_left", "acknowledged", "alert_attached", "alert_resolved", "change", "note", "message",
    "decision", "hypothesis", "action_taken", "graph", "notice_posted", "notification_sent", "follow_up_added",
    "report_created", "report_published", "merged", "reopened", "time_corrected", NULL };
const char *const timeline_hand_kinds[] = { "note", "decision", "hypothesis", "action_taken", "message", "graph",
    "notice_posted", "change", NULL };
const char *const timeline_phases[] = { "detection", "diagnosis", "mitigation", "resolution", "key_moment", NULL };
const char *const timeline_states[] = { "open", "confirmed", "rejected", NULL };

enum { ALL_MOST = 100000, AHEAD_MS = 60 * 1000 };
static const int64_t EARLIEST_MS = 946684800000;                   /* 2000-01-01 */

static bool is_one_of(const char *const *words, Str word)
{
    for (; *words; words++)
        if (str_eq(word, str_of(*words))) return true;
    return false;
}

/* ---- reading */

void timeline_row(Stmt *q, TimelineEvent *e)
{
    e->id = stmt_col_str(q, 0);
    e->incident_id = stmt_col_str(q, 1);
    e->occurred_ms = stmt_col_int(q, 2);
    e->recorded_ms = stmt_col_int(q, 3);
    e->actor.id = stmt_col_str(q, 4);
    e->source = stmt_col_str(q, 5);
    e->kind = stmt_col_str(q, 6);
    e->title = stmt_col_str(q, 7);
    e->body = stmt_col_str(q, 8);
    e->data = stmt_col_str(q, 9);
    e->evidence = (Evidence){ stmt_col_str(q, 10), stmt_col_str(q, 11), stmt_col_str(q, 12),
                              stmt_col_str(q, 13) };
    e->starred = stmt_col_int(q, 14) != 0;
    e->visibility = stmt_col_str(q, 15);
    e->phase = stmt_col_str(q, 16);
    e->state = stmt_col_str(q, 17);
    e->state_ms = stmt_col_int(q, 18);
    e->corrected_from_ms = stmt_col_int(q, 19);
    e->hand_made = stmt_col_int(q, 20) != 0;
    e->version = stmt_col_int(q, 21);
    e->audience = stmt_col_str(q, 22);
}

Err timeline_names(Cx *cx, TimelineEvents *page)
{
    Strs ids = { 0 };
    Map *users;
    list_each(page, k) ids_add(cx->arena, &ids, page->at[k].actor.id);
    TRY(user_refs(cx, ids, &users));
    list_each(page, k) page->at[k].actor = user_ref(users, page->at[k].actor.id);
    return OK;
}

Err timeline_get(Cx *cx, Str id, TimelineEvent *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_event_get);
    stmt_str(&q, "id", id);
    TimelineEvent e = { 0 };
    bool found = stmt_step(&q);
    if (found) timeline_row(&q, &e);
    TRY(stmt_end(&q));
    if (!found) return fail(cx->arena, ERR_NOT_FOUND, "no timeline event " STR_FMT, STR_ARG(id));
    TRY(timeline_names(cx, &(TimelineEvents){ .at = &e, .len = 1, .room = 1 }));
    *ret = e;
    return OK;
}

/** For LIKE: what stands between the percent signs means itself. */
static Str like(Arena *a, Str words)
{
    Buf b = buf_new(a, 4096);
    buf_byte(&b, '%');
    for (size_t i = 0; i < words.len; i++) buf_byte(&b, words.at[i] == '%' ? '_' : words.at[i]);
    buf_byte(&b, '%');
    return buf_str(&b);
}

Err timeline_list(Cx *cx, Str incident, const TimelineFilter *f, Cursor after, int64_t limit,
                  TimelineEvents *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_timeline_event_list,
                                stmt_if(!access_all(cx), "visible"), stmt_if(f->kind.len, "kind"), stmt_if(f->phase.len, "phase"),
                                stmt_if(f->actor.len, "actor"), stmt_if(f->starred, "starred"),
                                stmt_if(f->since_ms, "since"), stmt_if(f->until_ms, "until"),
                                stmt_if(f->q.len, "q"), stmt_if(after.id.len, "after"), NULL);
    stmt_str(&q, "incident", incident);
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    if (f->kind.len) stmt_str(&q, "kind", strs_json(cx->arena, f->kind));
    if (f->phase.len) stmt_str(&q, "phase", strs_json(cx->arena, f->phase));
    if (f->actor.len) stmt_str(&q, "actor", strs_json(cx->arena, f->actor));
    if (f->since_ms) stmt_int(&q, "since_ms", f->since_ms);
    if (f->until_ms) stmt_int(&q, "until_ms", f->until_ms);
    if (f->q.len) stmt_str(&q, "q", like(cx->arena, f->q));
    if (after.id.len) stmt_int(&q, "at", after.at), stmt_str(&q, "after", after.id);
    stmt_int(&q, "limit", limit);
    TimelineEvents page = { 0 };
    while (stmt_step(&q)) timeline_row(&q, list_add(cx->arena, &page));
    TRY(stmt_end(&q));
    TRY(timeline_names(cx, &page));
    *ret = page;
    return OK;
}

Err timeline_all(Cx *cx, Str incident, const TimelineFilter *f, TimelineEvents *ret)
{
    return timeline_list(cx, incident, f, (Cursor){ 0 }, ALL_MOST, ret);
}

/* ---- recording */

static Err check_time(Cx *cx, int64_t at_ms, const char *field)
{
    if (at_ms > cx->now_ms + AHEAD_MS)
        return fail_field(cx->arena, str_of(field), "%s lies in the future", field);
    if (at_ms && at_ms < EARLIEST_MS)
        return fail_field(cx->arena, str_of(field), "%s is before the year 2000", field);
    return OK;
}

static Err check(Cx *cx, const TimelineEvent *e)
{
    if (!is_one_of(timeline_kinds, e->kind))
        return fail_field(cx->arena, S("kind"), "no such kind: " STR_FMT, STR_ARG(e->kind));
    if (str_empty(e->title) && str_empty(e->body))
        return fail_field(cx->arena, S("title"), "say what happened");
    TRY(check_time(cx, e->occurred_ms, "occurred_at"));
    TRY(check_time(cx, e->state_ms, "state_at"));
    if (e->state.len && !str_eq(e->kind, S("hypothesis")))
        return fail_field(cx->arena, S("state"), "only a hypothesis has a state");
    Str url = e->evidence.url;
    bool web = str_starts(url, S("https://")) || str_starts(url, S("http://"))
               || (str_starts(url, S("/")) && !str_starts(url, S("//")));
    if (url.len && !web)
        return fail_field(cx->arena, S("evidence.url"), "must begin with https:// or http://");
    return OK;
}

static Err tell(Cx *cx, const TimelineEvent *e)
{
    Incident i;
    TRY(incident_row(cx, e->incident_id, &i));
    Str topic = arena_fmt(cx->arena, "incident:" STR_FMT, STR_ARG(e->incident_id));
    return live_touch(cx, topic, "timeline", e->id, e->version, e->audience.len ? e->audience : i.audience);
}

/** What a decision says was known, kept in its data. */
static Str with_known(Cx *cx, const TimelineEvent *e)
{
    if (str_empty(e->known) && str_empty(e->not_known)) return e->data.len ? e->data : S("{}");
    json_t *data = NULL;
    if (str_empty(e->data) || json_parse(cx->arena, e->data, &data).info || !json_is_object(data)) {
        if (json_parse(cx->arena, S("{}"), &data).info) return S("{}");
    }
    if (e->known.len) json_object_set_new(data, "known", json_stringn(e->known.at, e->known.len));
    if (e->not_known.len)
        json_object_set_new(data, "not_known", json_stringn(e->not_known.at, e->not_known.len));
    return json_text(cx->arena, data);
}

Err timeline_add(Cx *cx, Str incident, TimelineEvent *e)
{
    e->id = id_new(cx->arena, cx->now_ms);
    e->incident_id = incident;
    e->recorded_ms = cx->now_ms;
    e->version = 1;
    if (!e->occurred_ms) e->occurred_ms = cx->now_ms;
    if (str_empty(e->actor.id)) e->actor.id = cx->actor.id;
    if (str_empty(e->source)) e->source = S("hindsight");
    if (str_empty(e->visibility)) e->visibility = S("internal");
    if (str_eq(e->kind, S("hypothesis")) && str_empty(e->state)) e->state = S("open");
    if (e->state.len && !str_eq(e->state, S("open")) && !e->state_ms) e->state_ms = cx->now_ms;
    e->data = with_known(cx, e);
    TRY(check(cx, e));
    TRY(timeline_write(cx, e, "recorded"));
    if (str_empty(e->audience)) {
        TRY(incident_count(cx, incident, INCIDENT_EVENTS, 1));
        if (e->actor.id.len) TRY(timeline_active(cx, incident, e->actor.id, e->occurred_ms));
    }
    return tell(cx, e);
}

Err timeline_readers_changed(Cx *cx, Str record, Str audience)
{
    TimelineEvents all = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_event_of_record);
    stmt_str(&q, "record", record);
    while (stmt_step(&q)) {
        TimelineEvent *e = list_add(cx->arena, &all);
        *e = (TimelineEvent){ .id = stmt_col_str(&q, 0), .incident_id = stmt_col_str(&q, 1), .audience = stmt_col_str(&q, 2) };
    }
    TRY(stmt_end(&q));
    list_each(&all, k) {
        Str was = all.at[k].audience, now;
        TRY(timeline_audience(cx, all.at[k].incident_id, audience, &now));
        if (str_eq(was, now)) continue;
        auto_stmt set = stmt_begin(cx->arena, cx->store, &sql_timeline_event_set_audience);
        stmt_str(&set, "id", all.at[k].id);
        stmt_str(&set, "audience", now);
        TRY(stmt_exec(&set));
        int64_t more = (int64_t)str_empty(now) - (int64_t)str_empty(was);
        if (more) TRY(incident_count(cx, all.at[k].incident_id, INCIDENT_EVENTS, more));
    }
    return OK;
}

Err timeline_audience(Cx *cx, Str incident, Str audience, Str *ret)
{
    Incident i = { 0 };
    if (audience.len) TRY(incident_row(cx, incident, &i));
    *ret = str_eq(audience, i.audience) ? S("") : audience;
    return OK;
}

/* ---- revising */

Err timeline_revise(Cx *cx, TimelineEvent *e, const char *action)
{
    e->version++;
    TRY(timeline_write(cx, e, action));
    return tell(cx, e);
}

#define NAMED(member) shape_has(&timeline_edit_shape, present, offsetof(TimelineEvent, member))

static bool edit_words(TimelineEvent *e, Present present, const TimelineEvent *in)
{
    bool words = false;
    if (NAMED(title) && !str_eq(e->title, in->title)) e->title = in->title, words = true;
    if (NAMED(body) && !str_eq(e->body, in->body)) e->body = in->body, words = true;
    if (NAMED(evidence)) e->evidence = in->evidence, words = true;
    return words;
}

Err timeline_edit(Cx *cx, Str id, Present present, const TimelineEvent *in)
{
    TimelineEvent e;
    TRY(timeline_get(cx, id, &e));
    TRY(cx_match(cx, e.version));
    Str before = timeline_content(cx->arena, &e);
    if (edit_words(&e, present, in) && !e.hand_made)
        return fail(
            cx->arena, ERR_CONFLICT,
            "what Hindsight recorded keeps its words: star it, correct its time, or add a note");
    if (NAMED(starred)) e.starred = in->starred;
    if (NAMED(phase)) e.phase = in->phase;
    if (NAMED(visibility) && in->visibility.len) e.visibility = in->visibility;
    if (NAMED(occurred_ms) && in->occurred_ms != e.occurred_ms) {
        if (!in->occurred_ms) return fail_field(cx->arena, S("occurred_at"), "an event has a time");
        if (!e.corrected_from_ms) e.corrected_from_ms = e.occurred_ms;
        e.occurred_ms = in->occurred_ms;
        if (e.corrected_from_ms == e.occurred_ms) e.corrected_from_ms = 0;
    }
    if (NAMED(state) && !str_eq(in->state, e.state)) {
        e.state = in->state;
        e.state_ms = str_eq(e.state, S("open")) ? 0 : cx->now_ms;
    }
    if (NAMED(state_ms)) e.state_ms = in->state_ms;
    if (str_eq(e.kind, S("hypothesis")) && str_empty(e.state))
        return fail_field(cx->arena, S("state"), "a hypothesis is open, confirmed or rejected");
    if (e.state_ms && e.state_ms < e.occurred_ms)
        return fail_field(cx->arena, S("state_at"), "the verdict cannot be before the hypothesis");
    if (NAMED(known)) e.known = in->known;
    if (NAMED(not_known)) e.not_known = in->not_known;
    e.data = with_known(cx, &e);
    TRY(check(cx, &e));
    if (str_eq(before, timeline_content(cx->arena, &e))) return OK;
    TRY(timeline_revise(cx, &e, "revised"));
    if (!NAMED(state) || !str_eq(e.state, S("confirmed"))) return OK;
    return event_emit(cx, &(Event){ .kind = "timeline.confirmed", .subject = e.incident_id, .object = e.id, .title = e.title,
                                    .source = S("hindsight"), .version = e.version, .audience = e.audience });
}

Err timeline_verdict(Cx *cx, Str id, Str state)
{
    for (int k = 0; timeline_edit_shape.fields[k].name; k++)
        if (timeline_edit_shape.fields[k].offset == offsetof(TimelineEvent, state))
            return timeline_edit(cx, id, (Present)1 << k, &(TimelineEvent){ .state = state });
    bug("timeline_edit_shape has no state");
}

Err timeline_remove(Cx *cx, Str id)
{
    TimelineEvent e;
    TRY(timeline_get(cx, id, &e));
    TRY(cx_match(cx, e.version));
    if (!e.hand_made) return fail(cx->arena, ERR_CONFLICT, "what Hindsight recorded cannot be removed");
    TRY(incident_count(cx, e.incident_id, INCIDENT_EVENTS, -1));
    return timeline_revise(cx, &e, "removed");
}
