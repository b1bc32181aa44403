/* From alerts to incidents: the open incident of the group takes them, else one is declared. */
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/alert/internal.h"
#include "feature/catalog/catalog.h"
#include "sql.gen.h"

/* ---- telling */

static Str told_data(Arena *a, const ToldList *list, Str incident, size_t n)
{
    Buf b = buf_new(a, 256 << 10);
    size_t shown = 0;
    buf_add(&b, S("{\"alerts\":["));
    list_each(list, i) {
        const Told *t = &list->at[i];
        if (!str_eq(t->incident, incident) || shown == TITLES_TOLD) continue;
        if (shown++) buf_byte(&b, ',');
        buf_add(&b, S("{\"id\":"));
        buf_json(&b, t->id);
        buf_add(&b, S(",\"title\":"));
        buf_json(&b, t->title);
        buf_add(&b, S(",\"severity\":"));
        buf_json(&b, t->severity);
        buf_byte(&b, '}');
    }
    buf_fmt(&b, "],\"count\":%zu}", n);
    return buf_str(&b);
}

/** A storm would bury what people did: beyond STORM_ALERTS alerts of one incident the timeline tells only of every
 *  hundredth that joins; the alerts themselves say the rest. */
static bool is_buried(const Incident *incident, const char *verb, size_t n)
{
    int64_t now = incident->counts.alerts, before = now - (int64_t)n;
    if (now <= STORM_ALERTS) return false;
    return strcmp(verb, "attached") || now / 100 == before / 100;
}

static Str told_title(Arena *a, const Incident *incident, const char *verb, const Told *first,
    size_t n)
{
    long long all = (long long)incident->counts.alerts;
    if (all > STORM_ALERTS)
        return arena_fmt(a, "%lld alerts by now, latest: " STR_FMT, all, STR_ARG(first->title));
    if (n == 1) return arena_fmt(a, "Alert %s: " STR_FMT, verb, STR_ARG(first->title));
    return arena_fmt(a, "%zu alerts %s: " STR_FMT " and %zu more", n, verb, STR_ARG(first->title),
        n - 1);
}

Err tell_incidents(Cx *cx, const char *kind, const char *verb, Str source, const ToldList *list)
{
    Arena *a = cx->arena;
    list_each(list, i) {
        const Told *first = &list->at[i];
        size_t n = 0, before = 0;
        for (size_t k = 0; k < list->len; k++) {
            bool same = str_eq(list->at[k].incident, first->incident);
            n += same;
            before += same && k < i;
        }
        if (before) continue;          /* told with the first of this incident */
        Incident incident;
        TRY(incident_row(cx, first->incident, &incident));
        if (!is_buried(&incident, verb, n))
            TRY(event_emit(cx, &(Event){
                .kind = kind, .subject = incident.id, .object = first->id,
                .title = told_title(a, &incident, verb, first, n),
                .data = told_data(a, list, incident.id, n), .source = source,
                .occurred_ms = first->at_ms, .version = incident.version,
                .audience = incident.audience }));
        TRY(live_touch(cx, arena_fmt(a, "incident:" STR_FMT, STR_ARG(first->incident)), kind,
            first->incident, incident.version, incident.audience));
    }
    return OK;
}

/* ---- declaring */

/** Those of the rule that are still in the catalogue, and the one that the label `service`
 *  names. */
static Err services_of(Cx *cx, const Plan *plan, const AlertIn *alert, Strs *ret)
{
    const Json *labels = NULL;
    Strs named = { 0 };
    list_each(&plan->service_ids, i) *list_add(cx->arena, &named) = plan->service_ids.at[i];
    TRY(json_read(cx->arena, alert->labels, &labels));
    Str service_label = json_str_at(labels, S("service"));
    if (!str_empty(service_label)) *list_add(cx->arena, &named) = service_label;
    list_each(&named, i) {
        Ref service = { 0 };
        bool known = false;
        Err e = service_named(cx, S("service"), named.at[i], &service);
        if (err_is(e, ERR_INVALID)) continue;               /* the label still says it */
        TRY(e);
        list_each(ret, k) known |= str_eq(ret->at[k], service.id);
        if (!known) *list_add(cx->arena, ret) = service.id;
    }
    return OK;
}

static Str worst_severity(const Delivery *d, const Join *joins, size_t n, Str group)
{
    Str worst = S("unknown");
    for (size_t k = 0; k < n; k++) {
        const Plan *plan = &d->plans[joins[k].i];
        if (!str_eq(plan->group, group) || str_eq(plan->severity, S("unknown"))) continue;
        if (str_eq(worst, S("unknown")) || str_cmp(plan->severity, worst) < 0)
            worst = plan->severity;
    }
    return worst;
}

static Err declare(Cx *cx, const Delivery *d, const Join *first, Str severity, bool storm, Incident *ret)
{
    const AlertIn *alert = &d->alerts.at[first->i];
    const Plan *plan = &d->plans[first->i];
    int64_t since_ms = alert->started_ms;
    /* from 2000 until now */
    bool believable = since_ms > 946684800000LL && since_ms <= cx->now_ms;
    IncidentInput in = {
        .title = utf8_clip(alert->title, 300), .summary = alert->description, .severity = severity,
        .visibility = plan->is_private ? S("private") : S("public"), .channel_id = plan->channel_id,
        .detection = S("alert"), .declared_how = S("alert"),
        .detected_ms = believable ? since_ms : cx->now_ms,
    };
    if (storm) {
        in.title = arena_fmt(cx->arena, "Alert storm from " STR_FMT, STR_ARG(d->source.name));
        in.summary = arena_fmt(cx->arena, "More than %lld incidents in a minute would have been declared; further alerts are in this one. The first of them: " STR_FMT,
                               (long long)d->storm_incidents, STR_ARG(alert->title));
    }
    TRY(services_of(cx, plan, alert, &in.service_ids));
    Ref channel = { 0 };
    Channel full = { 0 };
    Err e = str_empty(plan->channel_id) ? OK : channel_named(cx, S("channel_id"), plan->channel_id,
        &channel);
    /* a channel that was removed must not lose an alert */
    if (e.info && !err_is(e, ERR_INVALID)) return e;
    in.channel_id = channel.id;
    if (plan->is_private && !str_empty(channel.id)) TRY(channel_get(cx, channel.id, &full));
    if (!str_empty(full.team_id)) *list_add(cx->arena, &in.member_team_ids) = full.team_id;
    return incident_add(cx, &in, ret);
}

/** Counts a declaration of the integration in this minute; true when there are too many. */
static Err is_storm(Cx *cx, const Delivery *d, bool *ret)
{
    *ret = false;
    if (d->storm_incidents < 1) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_declared_count);
    stmt_str(&q, "integration", d->source.id);
    stmt_int(&q, "minute", cx->now_ms / 60000);
    if (stmt_step(&q)) *ret = stmt_col_int(&q, 0) > d->storm_incidents;
    return stmt_end(&q);
}

/** Alerts of a storm share a group, those that are private or of another channel have their own. */
static Str storm_group(Cx *cx, const Delivery *d, const Plan *plan)
{
    return hash16(cx->arena, arena_fmt(cx->arena, "storm:" STR_FMT, STR_ARG(d->source.id)),
        arena_fmt(cx->arena, "%d:" STR_FMT, plan->is_private, STR_ARG(plan->channel_id)));
}

static Err take_group(Cx *cx, Str group, Str *ret_known)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_group_take);
    stmt_blob(&q, "hash", group);
    stmt_int(&q, "now_ms", cx->now_ms);
    if (stmt_step(&q)) *ret_known = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

static Err set_group(Cx *cx, Str group, Str incident)
{
    auto_stmt set = stmt_begin(cx->arena, cx->store, &sql_alert_group_set);
    stmt_blob(&set, "hash", group);
    stmt_str(&set, "incident_id", incident);
    return stmt_exec(&set);
}

/** The incident of the group, open; declared when there is none. The group is held until the
 *  write is over. */
static Err incident_of(Cx *cx, const Delivery *d, const Join *joins, size_t n, size_t first,
    Incident *ret)
{
    Str group = d->plans[joins[first].i].group, known = { 0 };
    TRY(take_group(cx, group, &known));
    if (!str_empty(known)) {
        TRY(incident_row(cx, known, ret));
        if (ret->active) return OK;
    }
    bool storm, open = false;
    Str all = storm_group(cx, d, &d->plans[joins[first].i]), worst = worst_severity(d, joins, n, group);
    TRY(is_storm(cx, d, &storm));
    if (storm) {
        known = S("");
        TRY(take_group(cx, all, &known));
        if (!str_empty(known)) TRY(incident_row(cx, known, ret));
        open = !str_empty(known) && ret->active;
        bool worse = open && !str_eq(worst, S("unknown")) && (str_eq(ret->severity, S("unknown")) || str_cmp(worst, ret->severity) < 0);
        if (worse) TRY(incident_set_severity(cx, ret->id, worst));
    }
    if (!open) TRY(declare(cx, d, &joins[first], worst, storm, ret));
    if (storm && !open) TRY(set_group(cx, all, ret->id));
    return set_group(cx, group, ret->id);
}

Err alert_put_into(Cx *cx, Str alert, Str incident, Str audience)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_join);
    stmt_str(&q, "id", alert);
    stmt_str(&q, "incident_id", incident);
    stmt_str(&q, "audience", audience);
    return stmt_exec(&q);
}

Err delivery_join(Cx *cx, const Delivery *d, Join *joins, size_t n)
{
    ToldList told = { 0 };
    for (size_t k = 0; k < n; k++) {
        if (joins[k].done) continue;
        Incident incident = { 0 };
        int64_t joined = 0;
        TRY(incident_of(cx, d, joins, n, k, &incident));
        for (size_t m = k; m < n; m++) {
            const AlertIn *alert = &d->alerts.at[joins[m].i];
            const Plan *plan = &d->plans[joins[m].i];
            if (joins[m].done || !str_eq(plan->group, d->plans[joins[k].i].group)) continue;
            TRY(alert_put_into(cx, joins[m].id, incident.id, incident.audience));
            *list_add(cx->arena, &told) = (Told){ .incident = incident.id, .id = joins[m].id,
                .title = alert->title,
                .severity = plan->severity, .at_ms = cx->now_ms };
            joins[m].done = true;
            joined++;
        }
        TRY(incident_count(cx, incident.id, INCIDENT_ALERTS, joined));
    }
    return tell_incidents(cx, "alert.attached", "attached", d->source.kind, &told);
}

/* ---- by hand, and what follows from changes of the incident */

Err alert_attach(Cx *cx, Str id, Str incident_id)
{
    Alert alert;
    Incident incident;
    TRY(alert_get(cx, id, &alert));
    TRY(incident_row(cx, incident_id, &incident));
    if (str_eq(alert.incident.id, incident.id)) return OK;
    if (!str_empty(alert.incident.id))
        TRY(incident_count(cx, alert.incident.id, INCIDENT_ALERTS, -1));
    TRY(alert_put_into(cx, id, incident.id, incident.audience));
    TRY(incident_count(cx, incident.id, INCIDENT_ALERTS, 1));
    ToldList told = { 0 };
    *list_add(cx->arena, &told) = (Told){ .incident = incident.id, .id = id, .title = alert.title,
        .severity = alert.severity, .at_ms = cx->now_ms };
    TRY(tell_incidents(cx, "alert.attached", "attached", alert.source.kind, &told));
    return live_touch(cx, S("alerts"), "attached", id, alert.version + 1, incident.audience);
}

Err alert_hear_merged(Cx *cx, const Event *event)
{
    Incident into;
    TRY(incident_row(cx, event->object, &into));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_move);
    stmt_str(&q, "incident", event->subject);
    stmt_str(&q, "into", into.id);
    stmt_str(&q, "audience", into.audience);
    stmt_step(&q);
    int64_t moved = stmt_changes(&q);
    TRY(stmt_end(&q));
    auto_stmt groups = stmt_begin(cx->arena, cx->store, &sql_alert_groups_move);
    stmt_str(&groups, "incident", event->subject);
    stmt_str(&groups, "into", into.id);
    TRY(stmt_exec(&groups));
    if (!moved) return OK;
    TRY(incident_count(cx, event->subject, INCIDENT_ALERTS, -moved));
    return incident_count(cx, into.id, INCIDENT_ALERTS, moved);
}

Err alert_hear_visibility(Cx *cx, const Event *event)
{
    Incident incident;
    TRY(incident_row(cx, event->subject, &incident));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_audience_of_incident);
    stmt_str(&q, "incident", incident.id);
    stmt_str(&q, "audience", incident.audience);
    return stmt_exec(&q);
}
