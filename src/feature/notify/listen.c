/* What happens elsewhere, and whom it concerns. */
#include "app/app.h"
#include "base/utf8.h"
#include "feature/followup/followup.h"
#include "feature/notify/rules.h"
#include "feature/report/report.h"
#include "sql.gen.h"

enum { KEEP_MS_DAYS = 180 };
#define DAY_MS (24LL * 60 * 60 * 1000)

static json_t *data_of(Cx *cx, const Event *e)
{
    json_t *v;
    return json_parse(cx->arena, e->data.len ? e->data : S("{}"), &v).info ? NULL : v;
}

static Strs strs_of(Cx *cx, const json_t *array)
{
    Strs all = { 0 };
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        if (text) *list_add(cx->arena, &all) = arena_str(cx->arena, str_of(text));
    }
    return all;
}

/* Hindsight's own eyes: what to tell is read whole, whom to tell is decided one by one. */
static Cx whole(Cx *cx)
{
    Cx all = *cx;
    all.actor = (Actor){ .role = ROLE_ADMIN };
    return all;
}

/* -- reports ----------------------------------------------------------------------------------------------------------- */

static Tell about_report(Cx *cx, const Report *r, const char *kind, Str cause)
{
    return (Tell){ .kind = kind, .record_kind = S("report"), .record_id = r->id, .reference = r->reference, .title = r->title,
        .audience = r->audience, .actor_id = cx->actor.id,
        .cause = arena_fmt(cx->arena, "%s " STR_FMT " " STR_FMT, kind, STR_ARG(r->id), STR_ARG(cause)) };
}

static Strs writers(Cx *cx, const Report *r)
{
    Strs all = { 0 };
    if (r->owner.id.len) ids_add(cx->arena, &all, r->owner.id);
    list_each(&r->authors, i) ids_add(cx->arena, &all, r->authors.at[i].id);
    return all;
}

static Strs everybody(Cx *cx, const Report *r)
{
    Strs all = writers(cx, r);
    list_each(&r->reviewers, i) ids_add(cx->arena, &all, r->reviewers.at[i].user.id);
    return all;
}

/* An event of a report comes once for each of its incidents; its version names what happened. */
static Err report_moved(Cx *cx, const Event *e)
{
    Report r;
    Cx all = whole(cx);
    TRY(report_get(&all, e->object, &r));
    json_t *data = data_of(cx, e);
    Str version = arena_fmt(cx->arena, "%lld", (long long)r.version);
    const char *kind = e->kind + sizeof "report." - 1;
    Tell t = about_report(cx, &r, kind, version);
    t.excerpt = arena_str(cx->arena, json_str(data, "note"));
    if (str_eq(str_of(kind), S("review_requested")))
        return notify_tell(cx, &t, strs_of(cx, json_object_get(data, "reviewers")));
    return notify_tell(cx, &t, str_eq(str_of(kind), S("published")) ? everybody(cx, &r) : writers(cx, &r));
}

static Err report_mentioned(Cx *cx, const Event *e)
{
    Report r;
    Cx all = whole(cx);
    TRY(report_get(&all, e->object, &r));
    json_t *data = data_of(cx, e);
    Tell t = about_report(cx, &r, "mention", S(""));
    t.actor_id = arena_str(cx->arena, json_str(data, "by"));
    return notify_tell(cx, &t, strs_of(cx, json_object_get(data, "people")));
}

/* -- comments ---------------------------------------------------------------------------------------------------------- */

static Tell about_comment(Cx *cx, const Report *r, json_t *data, const char *kind)
{
    Str comment = arena_str(cx->arena, json_str(data, "comment"));
    Tell t = about_report(cx, r, kind, S(""));
    t.thread_id = arena_str(cx->arena, json_str(data, "thread"));
    t.comment_id = comment;
    t.excerpt = arena_str(cx->arena, json_str(data, "body"));
    t.cause = arena_fmt(cx->arena, "comment " STR_FMT, STR_ARG(comment));       /* the first reason is the one that is told */
    return t;
}

static Err comment_added(Cx *cx, const Event *e)
{
    Report r;
    Cx all = whole(cx);
    TRY(report_get(&all, e->object, &r));
    json_t *data = data_of(cx, e);
    bool reply = json_is_true(json_object_get(data, "reply"));
    Tell mention = about_comment(cx, &r, data, "mention"), other = about_comment(cx, &r, data, reply ? "reply" : "comment");
    TRY(notify_tell(cx, &mention, strs_of(cx, json_object_get(data, "people"))));
    return notify_tell(cx, &other, reply ? strs_of(cx, json_object_get(data, "participants")) : writers(cx, &r));
}

static Err tell_people_of(Cx *cx, Str comment)
{
    Strs people = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_people_of_comment);
    stmt_str(&q, "comment", comment);
    while (stmt_step(&q)) *list_add(cx->arena, &people) = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    list_each(&people, i) TRY(notify_tell_pages(cx, people.at[i], comment));
    return OK;
}

/* What was taken back is taken back from those who were told, too. */
static Err comment_removed(Cx *cx, const Event *e)
{
    Str comment = json_str(data_of(cx, e), "comment");
    TRY(tell_people_of(cx, comment));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_comment_removed);
    stmt_str(&q, "comment", comment);
    return stmt_exec(&q);
}

/* Corrected words stand in what was told; who is mentioned only now is told. */
static Err comment_edited(Cx *cx, const Event *e)
{
    Report r;
    Cx all = whole(cx);
    TRY(report_get(&all, e->object, &r));
    json_t *data = data_of(cx, e);
    Tell mention = about_comment(cx, &r, data, "mention");
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_comment_edited);
    stmt_str(&q, "comment", mention.comment_id);
    stmt_str(&q, "excerpt", utf8_clip(mention.excerpt, 300));
    TRY(stmt_exec(&q));
    return notify_tell(cx, &mention, strs_of(cx, json_object_get(data, "people")));
}

/* Narrower rights take what was told along; wider ones give it back. */
static Err audience_set(Cx *cx, Str record, Str audience)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_set_audience);
    stmt_str(&q, "record", record);
    stmt_str(&q, "audience", audience);
    TRY(stmt_exec(&q));
    Strs people = { 0 };
    auto_stmt p = stmt_begin(cx->arena, cx->store, &sql_notify_people_of_record);
    stmt_str(&p, "record", record);
    while (stmt_step(&p)) *list_add(cx->arena, &people) = stmt_col_str(&p, 0);
    TRY(stmt_end(&p));
    list_each(&people, i) TRY(notify_tell_pages(cx, people.at[i], record));
    return OK;
}

static Err report_access(Cx *cx, const Event *e) { return audience_set(cx, e->object, e->audience); }

/* -- follow-ups -------------------------------------------------------------------------------------------------------- */

static Tell about_follow_up(Cx *cx, const FollowUp *f, const char *kind, Str cause)
{
    return (Tell){ .kind = kind, .record_kind = S("follow_up"), .record_id = f->id,
        .reference = f->reference, .title = f->title, .audience = f->audience, .actor_id = cx->actor.id,
        .cause = arena_fmt(cx->arena, "%s " STR_FMT " " STR_FMT, kind, STR_ARG(f->id), STR_ARG(cause)) };
}

static Err follow_up_assigned(Cx *cx, const Event *e)
{
    FollowUp f;
    Cx all = whole(cx);
    TRY(followup_get(&all, e->object, &f));
    Strs owner = { 0 };
    ids_add(cx->arena, &owner, f.owner_id);
    Tell t = about_follow_up(cx, &f, "follow_up_assigned", arena_fmt(cx->arena, "%lld", (long long)f.version));
    return notify_tell(cx, &t, owner);
}

static Err follow_up_access(Cx *cx, const Event *e) { return audience_set(cx, e->object, e->audience); }

/* -- war rooms --------------------------------------------------------------------------------------------------------- */

static Err message_said(Cx *cx, const Event *e)
{
    Incident i;
    json_t *data = data_of(cx, e);
    Strs people = strs_of(cx, json_object_get(data, "people"));
    if (!people.len) return OK;
    TRY(incident_row(cx, e->subject, &i));
    Tell t = { .kind = "mention", .record_kind = S("incident"), .record_id = i.id, .reference = i.reference, .title = i.title,
        .audience = i.audience, .actor_id = cx->actor.id, .comment_id = e->object, .excerpt = arena_str(cx->arena, json_str(data, "body")),
        .cause = arena_fmt(cx->arena, "message " STR_FMT, STR_ARG(e->object)) };
    return notify_tell(cx, &t, people);
}

static Err message_changed(Cx *cx, const Event *e)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_comment_edited);
    stmt_str(&q, "comment", e->object);
    stmt_str(&q, "excerpt", arena_str(cx->arena, json_str(data_of(cx, e), "body")));
    TRY(stmt_exec(&q));
    return message_said(cx, e);
}

static Err message_deleted(Cx *cx, const Event *e)
{
    TRY(tell_people_of(cx, e->object));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_comment_removed);
    stmt_str(&q, "comment", e->object);
    return stmt_exec(&q);
}

static Err incident_access(Cx *cx, const Event *e) { return audience_set(cx, e->subject, e->audience); }

/* -- what time brings -------------------------------------------------------------------------------------------------- */

static Err overdue_follow_ups(Cx *cx)
{
    FollowUpFilter f = { .overdue = true, .sort = S("due") };
    Cursor after = { 0 };
    for (int page = 0; page < 50; page++) {
        FollowUps list = { 0 };
        TRY(followup_list(cx, &f, after, 200, &list));
        list_each(&list, i) {
            FollowUp *x = &list.at[i];
            Strs owner = { 0 };
            ids_add(cx->arena, &owner, x->owner.id);
            Tell t = about_follow_up(cx, x, "follow_up_overdue", arena_fmt(cx->arena, "%lld", (long long)x->due_ms));
            TRY(notify_tell(cx, &t, owner));
        }
        if (list.len < 200) return OK;
        after = (Cursor){ list.at[199].sort_key, list.at[199].id };
    }
    return OK;
}

static Err overdue_reports(Cx *cx)
{
    ReportFilter f = { .overdue = true, .sort = S("due") };
    Cursor after = { 0 };
    for (int page = 0; page < 50; page++) {
        Reports list = { 0 };
        TRY(report_list(cx, &f, after, 200, &list));
        list_each(&list, i) {
            Report *r = &list.at[i];
            Tell t = about_report(cx, r, "report_overdue", arena_fmt(cx->arena, "%lld", (long long)r->due_ms));
            TRY(notify_tell(cx, &t, writers(cx, r)));
        }
        if (list.len < 200) return OK;
        after = (Cursor){ list.at[199].sort_ms, list.at[199].id };
    }
    return OK;
}

static Err look_at_clock(Cx *cx, void *arg)
{
    (void)arg;
    TRY(overdue_follow_ups(cx));
    TRY(overdue_reports(cx));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_expire);
    stmt_int(&q, "before_ms", cx->now_ms - KEEP_MS_DAYS * DAY_MS);
    return stmt_exec(&q);
}

Err notify_settle(Cx *cx, int64_t keep)
{
    TRY(look_at_clock(cx, NULL));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_settle);
    stmt_int(&q, "keep", keep);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

static Err tick(Cx *cx, Str payload)
{
    (void)payload;
    return cx_write(cx, look_at_clock, NULL);
}

const JobKind notify_jobs[] = { { .name = "notify.clock", .run = tick, .every_ms = 10 * 60 * 1000 }, { 0 } };

const Listener notify_listeners[] = {
    { "report.review_requested", LISTEN_NOW, report_moved },
    { "report.approved", LISTEN_NOW, report_moved },
    { "report.changes_requested", LISTEN_NOW, report_moved },
    { "report.published", LISTEN_NOW, report_moved },
    { "report.mentioned", LISTEN_NOW, report_mentioned },
    { "report.access_changed", LISTEN_NOW, report_access },
    { "comment.added", LISTEN_NOW, comment_added },
    { "comment.edited", LISTEN_NOW, comment_edited },
    { "comment.removed", LISTEN_NOW, comment_removed },
    { "followup.assigned", LISTEN_NOW, follow_up_assigned },
    { "followup.access_changed", LISTEN_NOW, follow_up_access },
    { "message.added", LISTEN_NOW, message_said },
    { "message.edited", LISTEN_NOW, message_changed },
    { "message.deleted", LISTEN_NOW, message_deleted },
    { "incident.visibility_changed", LISTEN_NOW, incident_access },
    { 0 },
};
