/* What reports tell, and what they hear. */
#include "app/app.h"
#include "app/guard.h"
#include "feature/report/history.h"
#include "feature/report/rules.h"
#include "sql.gen.h"

Err report_touch(Cx *cx, const Report *r, const char *what)
{
    Str topic = arena_fmt(cx->arena, "report:" STR_FMT, STR_ARG(r->id));
    TRY(live_touch(cx, topic, what, r->id, r->version, r->audience));
    TRY(live_touch(cx, S("reports"), what, r->id, r->version, r->audience));
    return live_touch(cx, S("home"), what, r->id, r->version, r->audience);
}

Err report_news(Cx *cx, const Report *r, const char *kind, Str title, Str data)
{
    Strs incidents = { 0 };
    const char *full = arena_fmt(cx->arena, "report.%s", kind).at;
    TRY(report_incident_ids(cx, r->id, &incidents));
    if (!incidents.len) *list_add(cx->arena, &incidents) = r->id;
    list_each(&incidents, i) {
        TRY(event_emit(cx, &(Event){ .kind = full, .subject = incidents.at[i], .object = r->id, .title = title, .data = data, .source = S("hindsight"), .audience = r->audience }));
        TRY(live_touch(cx, arena_fmt(cx->arena, "incident:" STR_FMT, STR_ARG(incidents.at[i])),
                       full, r->id, r->version, r->audience));
    }
    return report_touch(cx, r, full);
}

static Str data_str(Cx *cx, const Event *e, const char *key)
{
    json_t *v;
    if (!e->data.len || json_parse(cx->arena, e->data, &v).info) return S("");
    return arena_str(cx->arena, json_str(v, key));
}

/* Channel and team follow the incident as long as they are the ones that came from it. */
static void place_follow(Cx *cx, const Event *e, Report *r)
{
    Str field = data_str(cx, e, "field"), from = data_str(cx, e, "from"), to = data_str(cx, e, "to");
    if (str_eq(field, S("channel_id")) && str_eq(r->channel_id, from)) r->channel_id = to;
    if (str_eq(field, S("team_id")) && str_eq(r->team_id, from)) r->team_id = to;
}

static Err incident_changed(Cx *cx, const Event *e)
{
    Strs reports = { 0 };
    bool members = str_eq(data_str(cx, e, "field"), S("members"));
    TRY(reports_of_incident(cx, e->subject, &reports));
    list_each(&reports, i) {
        Report r;
        TRY(report_row(cx, reports.at[i], &r));
        place_follow(cx, e, &r);
        TRY(report_refresh(cx, &r));
        if (members) TRY(report_news(cx, &r, "access_changed", S("Changed who may see the report"), S("{}")));
        TRY(report_touch(cx, &r, "changed"));
    }
    return OK;
}

/* Who may no longer see or write is put out of the room, on every node. */
static Err recheck(Cx *cx, void *id) { return store_notify(cx->store, cx->arena, S("report"), *(Str *)id); }

static Err access_changed(Cx *cx, const Event *e)
{
    Str id = e->object;
    return cx_write(cx, recheck, &id);
}

void report_heard(App *app, Str channel, Str id)
{
    if (!str_eq(channel, S("report"))) return;
    guards_rights_changed(app->guards);
    if (app->rooms) room_recheck(app, id);
}

const Listener report_listeners[] = {
    { "incident.severity_changed", LISTEN_NOW, incident_changed }, { "incident.status_changed", LISTEN_NOW, incident_changed },
    { "incident.reopened", LISTEN_NOW, incident_changed }, { "incident.field_changed", LISTEN_NOW, incident_changed },
    { "incident.visibility_changed", LISTEN_NOW, incident_changed }, { "incident.time_corrected", LISTEN_NOW, incident_changed },
    { "incident.role_assigned", LISTEN_NOW, incident_changed }, { "report.access_changed", LISTEN_LATER, access_changed },
    { 0 },
};

/* -- the document ------------------------------------------------------------------------------------------------------ */

static void mentions_in(Arena *a, const DocNode *n, Strs *people)
{
    if (doc_is(n, "mention") && str_eq(doc_get(n, "kind"), S("person"))) ids_add(a, people, doc_get(n, "id"));
    list_each(&n->children, i) mentions_in(a, n->children.at[i], people);
}

Err report_mentions(Cx *cx, const Report *r, const DocNode *doc, bool tell, Str by)
{
    Strs people = { 0 }, known = { 0 }, fresh = { 0 };
    mentions_in(cx->arena, doc, &people);
    if (!people.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_mention_list);
    stmt_str(&q, "report", r->id);
    while (stmt_step(&q)) *list_add(cx->arena, &known) = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    list_each(&people, i) {
        bool old = false;
        list_each(&known, k) old = old || str_eq(known.at[k], people.at[i]);
        if (old || people.at[i].len > 64) continue;
        auto_stmt add = stmt_begin(cx->arena, cx->store, &sql_report_mention_add);
        stmt_str(&add, "report", r->id);
        stmt_str(&add, "user", people.at[i]);
        TRY(stmt_exec(&add));
        *list_add(cx->arena, &fresh) = people.at[i];
    }
    if (!tell || !fresh.len) return OK;
    Str data = arena_fmt(cx->arena, "{\"by\":\"" STR_FMT "\",\"people\":" STR_FMT "}", STR_ARG(by),
                         STR_ARG(strs_json(cx->arena, fresh)));
    return event_emit(cx, &(Event){ .kind = "report.mentioned", .subject = r->id, .object = r->id, .data = data,
                                    .title = arena_fmt(cx->arena, "Mentioned in " STR_FMT, STR_ARG(r->reference)),
                                    .audience = r->audience });
}

typedef struct Changed { Str document; Strs authors; } Changed;

static Err note_change(Cx *cx, void *arg)
{
    Changed *c = arg;
    Report r;
    Err e = report_row(cx, c->document, &r);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    list_each(&c->authors, i) TRY(report_author_add(cx, r.id, c->authors.at[i]));
    DocNode *doc;
    TRY(report_text_noted(cx, &r, &doc));
    TRY(report_mentions(cx, &r, doc, true, c->authors.len == 1 ? c->authors.at[0] : S("")));
    TRY(report_history_note(cx, r.id));
    TRY(report_save(cx, &r, 0));
    return report_touch(cx, &r, "text_changed");
}

Err report_document_changed(Cx *cx, Str document, Strs authors)
{
    Changed c = { document, authors };
    return cx_write(cx, note_change, &c);
}
