/* What waits for one person. Each part is a list of another feature with a filter of ours, so access is theirs. */
#include "feature/home/home.h"

static const int64_t DAY = 86400000;

static void add_words(Cx *cx, Strs *to, const char *const *words)
{
    for (; *words; words++) *list_add(cx->arena, to) = str_of(*words);
}

static Err published(Cx *cx, Home *h)
{
    static const char *const state[] = { "published", NULL };
    ReportFilter f = { .sort = S("published") };
    add_words(cx, &f.state, state);
    return report_list(cx, &f, (Cursor){ 0 }, HOME_PUBLISHED, &h->recently_published);
}

static Err active(Cx *cx, Home *h)
{
    IncidentFilter f = { .active = true, .sort = S("severity") };
    TRY(incident_list(cx, &f, (Cursor){ 0 }, HOME_INCIDENTS, &h->active_incidents));
    return incident_total(cx, &f, &h->active_total);
}

/* ---- follow-ups */

static Err follow_ups(Cx *cx, Home *h)
{
    static const char *const to_do[] = { "open", "in_progress", "not_effective", NULL };
    FollowUpFilter mine = { .open = true };
    ids_add(cx->arena, &mine.owner, cx->actor.id);
    TRY(followup_total(cx, &mine, &h->my_follow_ups_total));
    add_words(cx, &mine.status, to_do);
    TRY(followup_list(cx, &mine, (Cursor){ 0 }, HOME_FOLLOW_UPS, &h->my_follow_ups));
    FollowUpFilter look = { .to_verify = true, .owner = mine.owner };
    FollowUps verify = { 0 };
    TRY(followup_list(cx, &look, (Cursor){ 0 }, HOME_FOLLOW_UPS / 2, &verify));
    list_each(&verify, k) *list_add(cx->arena, &h->my_follow_ups) = verify.at[k];
    return OK;
}

/* ---- a year ago */

static Err remember(Cx *cx, const Incident *of, Remembered *ret)
{
    Incident i;
    TRY(incident_get(cx, of->id, &i));
    *ret = (Remembered){ .id = i.id, .reference = i.reference, .title = i.title, .severity = i.severity, .summary = i.summary,
                         .began_ms = i.impact_started_ms ? i.impact_started_ms : i.declared_ms };
    list_each(&i.reports, k)
        if (str_eq(i.reports.at[k].state, S("published")))
            ret->report = (RecordRef){ i.reports.at[k].id, i.reports.at[k].reference, i.reports.at[k].title };
    FollowUps all = { 0 };
    FollowUpFilter f = { 0 };
    ids_add(cx->arena, &f.incident, i.id);
    TRY(followup_list(cx, &f, (Cursor){ 0 }, 100, &all));
    ret->follow_ups = (int64_t)all.len;
    list_each(&all, k) {
        ret->follow_ups_settled += all.at[k].settled;
        ret->follow_ups_wont_do += str_eq(all.at[k].status, S("wont_do"));
    }
    return OK;
}

/** The worst of the week around this day a year ago. */
static Err year_ago(Cx *cx, Home *h)
{
    static const char *const real[] = { "standard", "retrospective", "near_miss", NULL };
    int64_t then = cx->now_ms - 365 * DAY;
    IncidentFilter f = { .since_ms = then - 7 * DAY / 2, .until_ms = then + 7 * DAY / 2, .sort = S("severity") };
    add_words(cx, &f.kind, real);
    Incidents found = { 0 };
    TRY(incident_list(cx, &f, (Cursor){ 0 }, HOME_YEAR_AGO, &found));
    list_each(&found, k) TRY(remember(cx, &found.at[k], list_add(cx->arena, &h->year_ago)));
    return OK;
}

Err home_get(Cx *cx, Home *ret)
{
    Home h = { 0 };
    int64_t incidents;
    TRY(active(cx, &h));
    TRY(follow_ups(cx, &h));
    TRY(home_waiting(cx, &h.reports_waiting));
    TRY(published(cx, &h));
    TRY(year_ago(cx, &h));
    TRY(incident_total(cx, &(IncidentFilter){ 0 }, &incidents));
    h.new_workspace = incidents == 0;
    *ret = h;
    return OK;
}
