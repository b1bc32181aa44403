/* Drafting by policy when an incident is resolved. Once for each incident: a report that is there already gets what the record says by now
 * where nobody wrote, and none is begun where one exists, is not required, or was drafted before. What people wrote is never touched. */
#include "document/document.h"
#include "feature/draft/draft.h"
#include "sql.gen.h"

const char *const automatic_policies[] = { "never", "reports that are due", "every incident", NULL };

/** Each team by id or name; empty parts are passed over. */
static Err teams_named(Cx *cx, Str names, Strs *ret)
{
    for (Str rest = names, one; str_next(&rest, ',', &one);) {
        Ref team;
        if (!str_trim(one).len) continue;
        TRY(team_named(cx, S("report.automatic_teams"), str_trim(one), &team));
        ids_add(cx->arena, ret, team.id);
    }
    return OK;
}

Err automatic_check_teams(Cx *cx, Str names)
{
    Strs ids = { 0 };
    return teams_named(cx, names, &ids);
}

/** A team that was renamed or removed since matches nothing: nobody is surprised by a report. */
static bool is_of_team(Cx *cx, const Incident *i)
{
    Str names = str_trim(setting_str(cx, "report.automatic_teams"));
    if (!names.len) return true;
    for (Str rest = names, one; str_next(&rest, ',', &one);) {
        Strs id = { 0 };
        if (i->team_id.len && !teams_named(cx, str_trim(one), &id).info && id.len && str_eq(id.at[0], i->team_id)) return true;
    }
    return false;
}

static bool is_wanted(Cx *cx, const Incident *i)
{
    Str policy = setting_str(cx, "report.automatic");
    bool over = str_eq(i->status, S("resolved")) || str_eq(i->status, S("closed"));
    if (!over || str_eq(policy, S("never")) || str_eq(i->kind, S("test")) || i->no_report_reason.len) return false;
    if (!str_eq(policy, S("every incident")) && !report_due(cx, i->severity, cx->now_ms)) return false;
    return is_of_team(cx, i);
}

/** False in *ret when it was drafted before. */
static Err note_once(Cx *cx, Str incident, bool *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_automatic_get);
    stmt_str(&q, "incident", incident);
    *ret = !stmt_step(&q);
    TRY(stmt_end(&q));
    if (!*ret) return OK;
    auto_stmt add = stmt_begin(cx->arena, cx->store, &sql_draft_automatic_add);
    stmt_str(&add, "incident", incident);
    stmt_int(&add, "now_ms", cx->now_ms);
    return stmt_exec(&add);
}

/** Who led it owns the report, if they may see it; in their language and time zone, as if they had begun it. */
static Err owner_of(Cx *cx, const Incident *i, Str *ret)
{
    Strs people = { 0 };
    User u;
    bool sees = !i->audience.len;
    if (!i->commander.id.len) return OK;
    if (!sees) TRY(access_people(cx, i->audience, &people));
    list_each(&people, k) sees = sees || str_eq(people.at[k], i->commander.id);
    if (!sees) return OK;
    TRY(user_get(cx, i->commander.id, &u));
    if (u.disabled) return OK;
    *ret = u.id;
    if (u.locale.len) cx->actor.locale = u.locale;
    if (u.time_zone.len) cx->actor.time_zone = u.time_zone;
    return OK;
}

/** What the template would say now, put into the sections that nobody wrote in. */
static Err refill(Cx *cx, const Report *r, Str incident)
{
    Template t;
    DocNode *wanted;
    Err e = template_get(cx, r->template.id, &t);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    TRY(template_fill(cx, &t, incident, cx->actor.time_zone, r->owner.name, &wanted));
    return place_refill(cx, r->id, wanted);
}

static Err write_draft(Cx *cx, void *arg)
{
    Incident i;
    Report r = { 0 };
    Model m;
    bool first;
    size_t begun;
    Str owner = S("");
    TRY(incident_get(cx, *(Str *)arg, &i));
    if (!is_wanted(cx, &i)) return OK;
    TRY(note_once(cx, i.id, &first));
    if (!first) return OK;
    TRY(owner_of(cx, &i, &owner));
    list_each(&i.reports, k) if (str_eq(i.reports.at[k].state, S("draft")) && !r.id.len) TRY(report_get(cx, i.reports.at[k].id, &r));
    if (!r.id.len && i.reports.len) return OK;          /* it is being reviewed, or published: people are at work */
    if (r.id.len) {
        TRY(refill(cx, &r, i.id));
    } else {
        ReportInput in = { .owner_id = owner };
        *list_add(cx->arena, &in.incident_ids) = i.id;
        TRY(report_add(cx, &in, &r));
    }
    if (!setting_bool(cx, "report.automatic_ai") || model_open(cx, &m).info || model_may_read(cx, &i).info || !r.incidents.len) return OK;
    return draft_begin(cx, &r, (Strs){ 0 }, S(""), &begun);
}

/* Later, in a transaction of its own: an incident is resolved, whatever becomes of its report. */
static Err status_changed(Cx *cx, const Event *e)
{
    Str incident = e->subject;
    return cx_write(cx, write_draft, &incident);
}

const Listener automatic_listeners[] = { { "incident.status_changed", LISTEN_LATER, status_changed }, { 0 } };
