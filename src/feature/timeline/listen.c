/* Which events of the house become rows. They are written in the transaction of what they tell, so the timeline is never
 * behind and never ahead. */
#include "feature/timeline/rules.h"
#include "sql.gen.h"

typedef enum Star { PLAIN, STARRED, STARRED_FIRST } Star;
typedef struct Heard { const char *event, *kind; Star star; const char *evidence; } Heard;

static const Heard heard[] = {
    { "incident.created", "created", STARRED, NULL },
    { "incident.status_changed", "status_changed", STARRED, NULL },
    { "incident.reopened", "reopened", STARRED, NULL },
    { "incident.severity_changed", "severity_changed", STARRED, NULL },
    { "incident.field_changed", "field_changed", PLAIN, NULL },
    { "incident.visibility_changed", "field_changed", PLAIN, NULL },
    { "incident.role_assigned", "role_assigned", PLAIN, NULL },
    { "incident.responder_joined", "responder_joined", PLAIN, NULL },
    { "incident.responder_left", "responder_left", PLAIN, NULL },
    { "incident.acknowledged", "acknowledged", PLAIN, NULL },
    { "incident.merged", "merged", STARRED, "incident" },
    { "incident.merged_from", "merged", STARRED, "incident" },
    { "incident.time_corrected", "time_corrected", PLAIN, NULL },
    { "alert.attached", "alert_attached", STARRED_FIRST, "alert" },
    { "alert.resolved", "alert_resolved", PLAIN, "alert" },
    { "alert.acknowledged", "acknowledged", PLAIN, "alert" },
    { "alert.remarked", "note", PLAIN, "alert" },
    { "change.linked", "change", PLAIN, "change" },
    { "followup.added", "follow_up_added", PLAIN, "follow_up" },
    { "report.created", "report_created", PLAIN, "report" },
    { "report.published", "report_published", PLAIN, "report" },
};

static const Heard *find(Str event)
{
    for (size_t k = 0; k < sizeof heard / sizeof *heard; k++)
        if (str_eq(event, str_of(heard[k].event))) return &heard[k];
    return NULL;
}

static Err is_first(Cx *cx, Str incident, const char *kind, bool *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_event_has);
    stmt_str(&q, "incident", incident);
    stmt_str(&q, "kind", str_of(kind));
    bool has = stmt_step(&q);
    TRY(stmt_end(&q));
    *ret = !has;
    return OK;
}

/** A change that caused it or ended it is a key moment; one that only happened nearby is not. */
static bool tells_relation(Cx *cx, Str data)
{
    json_t *v;
    if (json_parse(cx->arena, data, &v).info) return false;
    Str relation = json_str(v, "relation");
    return str_eq(relation, S("caused")) || str_eq(relation, S("fixed"));
}

static Err hear(Cx *cx, const Event *event)
{
    const Heard *h = find(str_of(event->kind));
    if (!h || str_empty(event->subject)) return OK;
    Incident i;
    Err e = incident_row(cx, event->subject, &i);
    if (err_is(e, ERR_NOT_FOUND)) return OK;                       /* about something that belongs to no incident */
    TRY(e);
    bool star = h->star == STARRED;
    if (h->star == STARRED_FIRST) TRY(is_first(cx, event->subject, h->kind, &star));
    if (str_eq(str_of(h->kind), S("change"))) star = tells_relation(cx, event->data);
    TimelineEvent row = {
        .occurred_ms = event->occurred_ms, .source = event->source, .kind = str_of(h->kind), .title = event->title,
        .data = event->data, .starred = star,
    };
    bool hidden = false;
    if (h->evidence && str_eq(str_of(h->evidence), S("incident"))) {
        Incident other;
        TRY(incident_row(cx, event->object, &other));
        hidden = incident_is_hidden_beside(&other, &i);
    }
    if (h->evidence && event->object.len && !hidden)
        row.evidence = (Evidence){ .kind = str_of(h->evidence), .id = event->object, .title = event->title };
    TRY(timeline_audience(cx, i.id, event->audience, &row.audience));
    if (row.occurred_ms > cx->now_ms) row.occurred_ms = cx->now_ms;   /* the clock of a source runs ahead */
    return timeline_add(cx, event->subject, &row);
}

static Err readers_changed(Cx *cx, const Event *event)
{
    return timeline_readers_changed(cx, event->object, event->audience);
}

const Listener timeline_listeners[] = {
    { "report.access_changed", LISTEN_NOW, readers_changed }, { "followup.access_changed", LISTEN_NOW, readers_changed },
    { "incident.*", LISTEN_NOW, hear }, { "alert.*", LISTEN_NOW, hear }, { "change.*", LISTEN_NOW, hear },
    { "followup.*", LISTEN_NOW, hear }, { "report.*", LISTEN_NOW, hear }, { 0 },
};
