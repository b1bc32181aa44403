/* Post-mortems that wait for one person. */
#include "feature/account/account.h"
#include "feature/home/home.h"

static const int64_t DAY = 86400000;
enum { START_DAYS = 60 };             /* what nobody started in two months is not started by a reminder */

static Strs one(Cx *cx, Str word)
{
    Strs list = { 0 };
    ids_add(cx->arena, &list, word);
    return list;
}

static RecordRef about(const Report *r)
{
    if (!r->incidents.len) return (RecordRef){ 0 };
    const ReportIncident *i = &r->incidents.at[0];
    return (RecordRef){ i->id, i->reference, i->title };
}

static void add(Cx *cx, WaitingList *to, const char *action, const Report *r, UserRef by)
{
    *list_add(cx->arena, to) = (Waiting){
        .action = str_of(action), .title = r->title, .severity = r->severity, .language = r->language, .report = { r->id, r->reference, r->title },
        .incident = about(r), .by = by, .due_ms = r->due_ms, .overdue = r->overdue, .since_ms = r->updated_ms, .word_count = r->word_count,
    };
}

/* ---- reports that are there */

/** Whoever asked for changes last, or nobody. */
static UserRef asked_for_changes(const Report *r)
{
    const Reviewer *last = NULL;
    list_each(&r->reviewers, k) {
        const Reviewer *v = &r->reviewers.at[k];
        if (str_eq(v->state, S("changes_requested")) && (!last || v->decided_ms > last->decided_ms)) last = v;
    }
    return last ? last->user : (UserRef){ 0 };
}

static bool is_approved(const Report *r)
{
    list_each(&r->reviewers, k)
        if (!str_eq(r->reviewers.at[k].state, S("approved"))) return false;
    return r->reviewers.len > 0;
}

static Err mine(Cx *cx, WaitingList *ret)
{
    Reports drafts = { 0 }, reviewed = { 0 };
    ReportFilter f = { .owner = cx->actor.id, .state = one(cx, S("draft")), .sort = S("due") };
    TRY(report_list(cx, &f, (Cursor){ 0 }, HOME_WAITING, &drafts));
    list_each(&drafts, k) add(cx, ret, "write", &drafts.at[k], asked_for_changes(&drafts.at[k]));
    f.state = one(cx, S("in_review"));
    TRY(report_list(cx, &f, (Cursor){ 0 }, HOME_WAITING, &reviewed));
    list_each(&reviewed, k)
        if (is_approved(&reviewed.at[k])) add(cx, ret, "publish", &reviewed.at[k], (UserRef){ 0 });
    return OK;
}

static Err to_review(Cx *cx, WaitingList *ret)
{
    Reports all = { 0 };
    ReportFilter f = { .reviewer = cx->actor.id, .sort = S("due") };
    TRY(report_list(cx, &f, (Cursor){ 0 }, HOME_WAITING, &all));
    list_each(&all, k) add(cx, ret, "review", &all.at[k], all.at[k].owner);
    return OK;
}

/* ---- reports that should be there */

static bool is_added(const WaitingList *list, Str incident)
{
    list_each(list, k)
        if (!list->at[k].report.id.len && str_eq(list->at[k].incident.id, incident)) return true;
    return false;
}

static void add_start(Cx *cx, const Incident *i, WaitingList *ret)
{
    int64_t due = report_due(cx, i->severity, i->resolved_ms);
    if (!due || is_added(ret, i->id)) return;
    if (i->commander.id.len && !str_eq(i->commander.id, cx->actor.id)) return;
    *list_add(cx->arena, ret) = (Waiting){
        .action = S("start"), .title = i->title, .severity = i->severity, .incident = { i->id, i->reference, i->title },
        .due_ms = due, .overdue = due < cx->now_ms, .since_ms = i->resolved_ms,
    };
}

static Err to_start(Cx *cx, WaitingList *ret)
{
    Incidents found = { 0 };
    IncidentFilter f = { .report = S("none"), .since_ms = cx->now_ms - START_DAYS * DAY, .sort = S("newest") };
    static const char *const real[] = { "standard", "retrospective" };
    for (size_t k = 0; k < sizeof real / sizeof *real; k++) ids_add(cx->arena, &f.kind, str_of(real[k]));
    f.person = cx->actor.id;
    TRY(incident_list(cx, &f, (Cursor){ 0 }, 2 * HOME_WAITING, &found));
    list_each(&found, k) add_start(cx, &found.at[k], ret);
    f.person = S("");
    TRY(team_of_user(cx, cx->actor.id, &f.team));
    if (!f.team.len) return OK;
    found = (Incidents){ 0 };
    TRY(incident_list(cx, &f, (Cursor){ 0 }, 2 * HOME_WAITING, &found));
    list_each(&found, k) add_start(cx, &found.at[k], ret);
    return OK;
}

static int by_due(const void *a, const void *b)
{
    int64_t x = ((const Waiting *)a)->due_ms, y = ((const Waiting *)b)->due_ms;
    if (!x != !y) return x ? -1 : 1;
    if (x != y) return x < y ? -1 : 1;
    Str p = ((const Waiting *)a)->incident.id, q = ((const Waiting *)b)->incident.id;     /* ids order by time; qsort is not stable */
    return str_cmp(p, q);
}

Err home_waiting(Cx *cx, WaitingList *ret)
{
    WaitingList all = { 0 };
    if (str_empty(cx->actor.id)) return OK;
    TRY(mine(cx, &all));
    TRY(to_review(cx, &all));
    TRY(to_start(cx, &all));
    if (all.len) qsort(all.at, all.len, sizeof *all.at, by_due);
    if (all.len > HOME_WAITING) all.len = HOME_WAITING;
    *ret = all;
    return OK;
}
