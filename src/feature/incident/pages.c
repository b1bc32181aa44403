/* Pages of incidents, and how many there are. Names of other records come by bulk look-ups, so a page costs the same
 * number of queries whatever is on it. */
#include <stdlib.h>
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/incident/rules.h"
#include "store/search.h"
#include "sql.gen.h"

/* Incidents of a service are looked up one by one until it has so many that a walk through all meets them soon. */
enum { SEARCH_MOST = 200, COUNT_MOST = 1000, SERVICE_FEW = 500, FEW = 300 };

/* ---- which index */

/** One way through an index: a part of the query, and the word that it looks for, if any. */
typedef struct Step { const char *part; Str word; } Step;

/** How a list goes through the index: the words of one filter are looked up step by step, so that each gives rows in
 *  order; the rest is compared row by row. Without such a filter there is one step without a word. `counted`: rows of steps
 *  that need not be gone again for the total. */
typedef struct Walk { IncidentFilter rest; LIST(Step) steps; int64_t counted; } Walk;

static bool in_usual_order(const IncidentFilter *f)
{
    return (!f->sort.len || str_eq(f->sort, S("active"))) && !f->q.len && !f->service.len && !f->person.len;
}

/** Those with reports that everybody sees, and those with none but such as only some do. */
static void walk_reports(Cx *cx, Walk *w)
{
    if (!str_eq(w->rest.report, S("any"))) return;
    *list_add(cx->arena, &w->steps) = (Step){ "any_report", S("") };
    if (!access_all(cx)) *list_add(cx->arena, &w->steps) = (Step){ "report_apart", S("") };
    w->rest.report = S("");
}

/** The filters that have an index in the usual order, the one that leaves least over first. */
static Walk walk_of(Cx *cx, const IncidentFilter *f, bool ordered)
{
    Walk w = { .rest = *f };
    struct { const char *one; Strs *words; } by[] = { { "one_channel", &w.rest.channel }, { "one_team", &w.rest.team },
        { "one_severity", &w.rest.severity }, { "one_status", &w.rest.status } };
    for (size_t k = 0; k < sizeof by / sizeof *by && ordered && !w.steps.len; k++) {
        Strs words = { 0 };
        list_each(by[k].words, i) ids_add(cx->arena, &words, by[k].words->at[i]);
        list_each(&words, i) *list_add(cx->arena, &w.steps) = (Step){ by[k].one, words.at[i] };
        if (words.len) *by[k].words = (Strs){ 0 };
    }
    if (!w.steps.len && ordered) walk_reports(cx, &w);
    if (!w.steps.len) *list_add(cx->arena, &w.steps) = (Step){ "", S("") };
    return w;
}

/* ---- filters */

typedef struct Found { int64_t number; Str ids; bool by_ids, common_service; } Found;

static Err weigh_service(Cx *cx, const IncidentFilter *f, Found *ret)
{
    if (!f->service.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_service_weight);
    stmt_str(&q, "service", strs_json(cx->arena, f->service));
    stmt_int(&q, "limit", SERVICE_FEW);
    if (stmt_step(&q)) ret->common_service = stmt_col_int(&q, 0) == SERVICE_FEW;
    return stmt_end(&q);
}

/** What `q` finds: a reference or number directly, words through the index. */
static Err find(Cx *cx, const IncidentFilter *f, Found *ret)
{
    TRY(weigh_service(cx, f, ret));
    if (str_empty(f->q)) return OK;
    int64_t number = reference_number(f->q, "INC");
    if (!number && str_int(f->q, &number) && number < 0) number = 0;
    if (number) { ret->number = number; return OK; }
    Str audiences = S("[]");
    TRY(access_audiences(cx, &audiences));
    SearchHits hits = { 0 };
    TRY(search_match(cx->store, cx->arena, f->q, S("[\"incident\"]"), audiences, SEARCH_MOST, &hits));
    Strs ids = { 0 };
    list_each(&hits, i) *list_add(cx->arena, &ids) = hits.at[i].id;
    ret->by_ids = true;
    ret->ids = strs_json(cx->arena, ids);
    return OK;
}

#define FILTER_PARTS(step, f, found) \
    (step)->part, \
    stmt_if(!access_all(cx), "visible"), stmt_if((f)->status.len, "status"), stmt_if((f)->severity.len, "severity"), \
    stmt_if((f)->kind.len, "kind"), stmt_if((f)->channel.len, "channel"), stmt_if((f)->team.len, "team"), \
    stmt_if((f)->service.len, (found)->common_service ? "common_service" : "service"), stmt_if((f)->person.len, "person"), \
    stmt_if((f)->visibility.len == 1 && str_eq((f)->visibility.at[0], S("public")), "public"), \
    stmt_if((f)->visibility.len == 1 && str_eq((f)->visibility.at[0], S("private")), "private"), \
    stmt_if((f)->active, "active"), stmt_if(str_eq((f)->report, S("none")), "no_report"), \
    stmt_if(str_eq((f)->report, S("none")) && !access_all(cx), "no_report_seen"), \
    stmt_if(str_eq((f)->report, S("any")), access_all(cx) ? "any_report" : "any_report_seen"), stmt_if((f)->since_ms, "since"), \
    stmt_if((f)->until_ms, "until"), stmt_if((found)->by_ids, "ids"), stmt_if((found)->number, "number")

static void bind_list(Cx *cx, Stmt *q, const char *name, Strs list)
{
    if (list.len) stmt_str(q, name, strs_json(cx->arena, list));
}

static void bind_filter(Cx *cx, Stmt *q, const IncidentFilter *f, const Step *step, const Found *found)
{
    if (step->word.len) stmt_str(q, "one", step->word);
    if (!access_all(cx)) stmt_str(q, "actor", cx->actor.id);
    bind_list(cx, q, "status", f->status);
    bind_list(cx, q, "severity", f->severity);
    bind_list(cx, q, "kind", f->kind);
    bind_list(cx, q, "channel", f->channel);
    bind_list(cx, q, "team", f->team);
    bind_list(cx, q, "service", f->service);
    if (f->person.len) stmt_str(q, "person", f->person);
    if (f->since_ms) stmt_int(q, "since_ms", f->since_ms);
    if (f->until_ms) stmt_int(q, "until_ms", f->until_ms);
    if (found->by_ids) stmt_str(q, "ids", found->ids);
    if (found->number) stmt_int(q, "number", found->number);
}

/** Those that fit `f`, when they are fewer than FEW: then `ret_few`, and their ids. Stops at the first that is too many. */
static Err few_of(Cx *cx, const IncidentFilter *f, bool *ret_few, Strs *ret)
{
    Found none = { 0 };
    Walk w = walk_of(cx, f, true);
    for (size_t k = 0; k < w.steps.len && ret->len < FEW; k++) {
        const Step *step = &w.steps.at[k];
        auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_incident_few, FILTER_PARTS(step, &w.rest, &none), NULL);
        bind_filter(cx, &q, &w.rest, step, &none);
        stmt_int(&q, "limit", FEW - (int64_t)ret->len);
        while (stmt_step(&q)) *list_add(cx->arena, ret) = stmt_col_str(&q, 0);
        TRY(stmt_end(&q));
    }
    *ret_few = ret->len < FEW;
    return OK;
}

/** A walk in order would pass by all incidents to find none. So a span of time that leaves few, and for another order than
 *  the usual one the filters that have an index there, are asked first: what they find is read by id, and they are done with. */
static Err find_few(Cx *cx, IncidentFilter *f, Found *ret)
{
    bool few = false;
    Strs ids = { 0 };
    if (ret->by_ids || ret->number) return OK;
    IncidentFilter by_time = { .since_ms = f->since_ms, .until_ms = f->until_ms };
    IncidentFilter by_words = { .channel = f->channel, .team = f->team, .severity = f->severity, .status = f->status };
    if (f->since_ms || f->until_ms) TRY(few_of(cx, &by_time, &few, &ids));
    if (few) f->since_ms = f->until_ms = 0;
    else if (!in_usual_order(f) && (f->channel.len || f->team.len || f->severity.len || f->status.len)) {
        ids = (Strs){ 0 };
        TRY(few_of(cx, &by_words, &few, &ids));
        if (few) f->channel = f->team = f->severity = f->status = (Strs){ 0 };
    }
    if (!few) return OK;
    ret->by_ids = true;
    ret->ids = strs_json(cx->arena, ids);
    return OK;
}

static void row_of_list(Cx *cx, Stmt *q, Str sort, Incident *i)
{
    i->id = stmt_col_str(q, 0);
    i->number = stmt_col_int(q, 1);
    i->reference = reference(cx->arena, "INC", i->number);
    i->kind = stmt_col_str(q, 2);
    i->status = stmt_col_str(q, 3);
    i->severity = stmt_col_str(q, 4);
    i->audience = stmt_col_str(q, 5);
    i->visibility = incident_visibility(i->audience);
    i->title = stmt_col_str(q, 6);
    i->channel_id = stmt_col_str(q, 7);
    i->team_id = stmt_col_str(q, 8);
    i->impact_started_ms = stmt_col_int(q, 9);
    i->declared_ms = stmt_col_int(q, 10);
    i->mitigated_ms = stmt_col_int(q, 11);
    i->resolved_ms = stmt_col_int(q, 12);
    i->impact_ended_ms = stmt_col_int(q, 13);
    i->report_state = stmt_col_str(q, 14);
    i->no_report_reason = stmt_col_str(q, 15);
    i->active = stmt_col_int(q, 16) != 0;
    i->version = stmt_col_int(q, 17);
    i->updated_ms = stmt_col_int(q, 18);
    i->rank = stmt_col_int(q, str_eq(sort, S("severity")) ? 20 : str_eq(sort, S("active")) ? 19 : 21);
    if (str_eq(sort, S("updated"))) i->rank = i->updated_ms;
    i->sort_ms = stmt_col_int(q, 21);
    i->detected_ms = stmt_col_int(q, 22);
    i->acknowledged_ms = stmt_col_int(q, 23);
    i->closed_ms = stmt_col_int(q, 24);
    i->counts.follow_ups = stmt_col_int(q, 25);
    i->labels = stmt_col_str(q, 26);
}

static Err commanders(Cx *cx, Strs ids, Incidents *to, Strs *users)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_commanders_of);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        Str incident = stmt_col_str(&q, 0), user = stmt_col_str(&q, 1);
        list_each(to, k) if (str_eq(to->at[k].id, incident)) to->at[k].commander.id = user;
        ids_add(cx->arena, users, user);
    }
    return stmt_end(&q);
}

/** Their rows tell of the reports that everybody sees; here come those that only some do, the actor among them. */
static Err reports_apart(Cx *cx, Strs ids, Incidents *to)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_incident_report_apart,
                                stmt_if(!access_all(cx), "visible"), NULL);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    while (stmt_step(&q)) {
        Str incident = stmt_col_str(&q, 0), state = stmt_col_str(&q, 1);
        list_each(to, k)
            if (str_eq(to->at[k].id, incident))
                to->at[k].report_state = incident_furthest(to->at[k].report_state, state);
    }
    return stmt_end(&q);
}

/** Names for a page: services, commanders, channels, teams. Large pages (CSV) are cut up by the caller. */
static Err name_page(Cx *cx, Incidents *page)
{
    Strs ids = { 0 }, users = { 0 }, teams = { 0 }, channels = { 0 }, services = { 0 };
    list_each(page, k) {
        *list_add(cx->arena, &ids) = page->at[k].id;
        ids_add(cx->arena, &teams, page->at[k].team_id);
        ids_add(cx->arena, &channels, page->at[k].channel_id);
    }
    if (!ids.len) return OK;
    TRY(incident_services_of(cx, ids, page, &services));
    TRY(commanders(cx, ids, page, &users));
    TRY(reports_apart(cx, ids, page));
    Map *user, *team, *channel, *service;
    TRY(user_refs(cx, users, &user));
    TRY(team_refs(cx, teams, &team));
    TRY(channel_refs(cx, channels, &channel));
    TRY(service_refs(cx, services, &service));
    list_each(page, k) {
        Incident *i = &page->at[k];
        i->commander = user_ref(user, i->commander.id);
        i->team = ref_of(team, i->team_id);
        i->channel = ref_of(channel, i->channel_id);
        list_each(&i->services, s) i->services.at[s] = ref_of(service, i->services.at[s].id);
    }
    return OK;
}

/* ---- pages */

typedef struct Order { const char *sort, *by, *after; } Order;
static const Order orders[] = {
    { "active", "by_active", "after_active" },
    { "newest", "by_newest", "after_newest" },
    { "oldest", "by_oldest", "after_oldest" },
    { "severity", "by_severity", "after_severity" },
    { "updated", "by_updated", "after_updated" },
};

static const Order *order_of(Str sort)
{
    for (size_t k = 1; k < sizeof orders / sizeof *orders; k++)
        if (str_eq(sort, str_of(orders[k].sort))) return &orders[k];
    return &orders[0];
}

static int by_rank(const void *x, const void *y)
{
    const Incident *a = x, *b = y;
    if (a->rank != b->rank) return a->rank > b->rank ? -1 : 1;
    return str_cmp(b->id, a->id);
}

static Err read_rows(Cx *cx, Walk *w, const Found *found, const Order *order, Cursor after, int64_t limit, Incidents *ret)
{
    size_t left = 0, steps = w->steps.len;
    list_each(&w->steps, k) {
        Step *step = &w->steps.at[k];
        auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_incident_list, FILTER_PARTS(step, &w->rest, found), order->by,
                                    stmt_if(after.id.len, order->after), NULL);
        bind_filter(cx, &q, &w->rest, step, found);
        if (after.id.len) {
            stmt_int(&q, "at", after.at);
            stmt_str(&q, "after", after.id);
        }
        stmt_int(&q, "limit", limit);
        int64_t n = 0;
        for (; stmt_step(&q); n++) row_of_list(cx, &q, str_of(order->sort), list_add(cx->arena, ret));
        TRY(stmt_end(&q));
        if (n < limit) w->counted += n;
        else w->steps.at[left++] = *step;
    }
    w->steps.len = left;
    if (steps > 1 && ret->len) qsort(ret->at, ret->len, sizeof *ret->at, by_rank);
    if ((int64_t)ret->len > limit) ret->len = (size_t)limit;
    return OK;
}

/** At most COUNT_MOST + 1. What is not ordered need not be met in order: a service's are looked up. */
static Err count_rows(Cx *cx, const Walk *w, const Found *by, int64_t *ret)
{
    Found once = *by, *found = &once;
    found->common_service = false;
    *ret = w->counted;
    for (size_t k = 0; k < w->steps.len && *ret <= COUNT_MOST; k++) {
        const Step *step = &w->steps.at[k];
        auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_incident_count_list, FILTER_PARTS(step, &w->rest, found), NULL);
        bind_filter(cx, &q, &w->rest, step, found);
        stmt_int(&q, "limit", COUNT_MOST + 1 - *ret);
        if (stmt_step(&q)) *ret += stmt_col_int(&q, 0);
        TRY(stmt_end(&q));
    }
    return OK;
}

Err incident_page(Cx *cx, const IncidentFilter *f, Cursor after, int64_t limit, Incidents *ret, int64_t *ret_total)
{
    Found found = { 0 };
    Incidents page = { 0 };
    int64_t total = -1;
    IncidentFilter left = *f;
    TRY(find(cx, f, &found));
    TRY(find_few(cx, &left, &found));
    Walk w = walk_of(cx, &left, in_usual_order(&left) && !found.by_ids);
    TRY(read_rows(cx, &w, &found, order_of(f->sort), after, limit, &page));
    if (!in_usual_order(&left) && !found.by_ids) w = walk_of(cx, &left, true);         /* what is counted needs no order */
    if (ret_total && !after.id.len) TRY(count_rows(cx, &w, &found, &total));
    TRY(name_page(cx, &page));
    if (ret_total) *ret_total = total > COUNT_MOST ? -1 : total;
    *ret = page;
    return OK;
}

Err incident_list(Cx *cx, const IncidentFilter *f, Cursor after, int64_t limit, Incidents *ret)
{
    return incident_page(cx, f, after, limit, ret, NULL);
}

Err incident_total(Cx *cx, const IncidentFilter *f, int64_t *ret)
{
    Found found = { 0 };
    IncidentFilter left = *f;
    TRY(find(cx, f, &found));
    TRY(find_few(cx, &left, &found));
    Walk w = walk_of(cx, &left, !found.by_ids);
    TRY(count_rows(cx, &w, &found, ret));
    if (*ret > COUNT_MOST) *ret = -1;
    return OK;
}
