/* Reading follow-ups: one, and pages with a fixed number of queries. */
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/followup/rules.h"
#include "store/search.h"
#include "sql.gen.h"

enum { SEARCH_MOST = 500, COUNT_MOST = 1000 };

static void row(Cx *cx, Stmt *q, FollowUp *f)
{
    f->id = stmt_col_str(q, 0);
    f->number = stmt_col_int(q, 1);
    f->reference = reference(cx->arena, "FU", f->number);
    f->title = stmt_col_str(q, 2);
    f->description = stmt_col_str(q, 3);
    f->status = stmt_col_str(q, 4);
    f->kind = stmt_col_str(q, 5);
    f->priority = stmt_col_str(q, 6);
    f->owner_id = stmt_col_str(q, 7);
    f->team_id = stmt_col_str(q, 8);
    f->channel_id = stmt_col_str(q, 9);
    f->audience = stmt_col_str(q, 10);
    f->due_ms = stmt_col_int(q, 11);
    f->labels = strs_parse(cx->arena, stmt_col_str(q, 12));
    f->incident.id = stmt_col_str(q, 13);
    f->report.id = stmt_col_str(q, 14);
    f->risk_reduction = stmt_col_str(q, 15);
    f->effectiveness_check = stmt_col_str(q, 16);
    f->effectiveness_due_ms = stmt_col_int(q, 17);
    f->effectiveness_note = stmt_col_str(q, 18);
    f->wont_do_reason = stmt_col_str(q, 19);
    f->predecessor.id = stmt_col_str(q, 20);
    f->successor.id = stmt_col_str(q, 21);
    f->completed_ms = stmt_col_int(q, 22);
    f->verified_ms = stmt_col_int(q, 23);
    f->verified_by.id = stmt_col_str(q, 24);
    f->created_by.id = stmt_col_str(q, 25);
    f->settled = stmt_col_int(q, 26) != 0;
    f->version = stmt_col_int(q, 27);
    f->created_ms = stmt_col_int(q, 28);
    f->updated_ms = stmt_col_int(q, 29);
    bool begun = str_eq(f->status, S("open")) || str_eq(f->status, S("in_progress"));
    f->overdue = begun && f->due_ms && f->due_ms < cx->now_ms;
    f->can_edit = cx->actor.role >= ROLE_RESPONDER;
}

Err followup_row(Cx *cx, Str id, FollowUp *ret)
{
    FollowUp f = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_followup_get);
    stmt_str(&q, "id", id);
    bool found = stmt_step(&q);
    if (found) row(cx, &q, &f);
    TRY(stmt_end(&q));
    if (!found) return fail(cx->arena, ERR_NOT_FOUND, "no follow-up " STR_FMT, STR_ARG(id));
    *ret = f;
    return OK;
}

Err followup_services_of(Cx *cx, Strs ids, FollowUps *to, Strs *ret_all)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_followup_services_of);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        Str of = stmt_col_str(&q, 0), service = stmt_col_str(&q, 1);
        list_each(to, k) if (str_eq(to->at[k].id, of)) *list_add(cx->arena, &to->at[k].service_ids) = service;
        ids_add(cx->arena, ret_all, service);
    }
    return stmt_end(&q);
}

static Err refs(Cx *cx, Strs ids, RecordRefs *ret)
{
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_followup_refs,
                                stmt_if(!access_all(cx), "visible"), NULL);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (RecordRef){ stmt_col_str(&q, 0), reference(cx->arena, "FU", stmt_col_int(&q, 1)), stmt_col_str(&q, 2) };
    return stmt_end(&q);
}

static RecordRef record(const RecordRefs *all, Str id)
{
    list_each(all, k) if (str_eq(all->at[k].id, id)) return all->at[k];
    return (RecordRef){ 0 };
}

/** Puts names to the ids of a page. */
static Err name_page(Cx *cx, FollowUps *page)
{
    Strs ids = { 0 }, users = { 0 }, teams = { 0 }, channels = { 0 }, services = { 0 }, incidents = { 0 }, reports = { 0 }, others = { 0 };
    list_each(page, k) {
        FollowUp *f = &page->at[k];
        *list_add(cx->arena, &ids) = f->id;
        ids_add(cx->arena, &users, f->owner_id);
        ids_add(cx->arena, &users, f->verified_by.id);
        ids_add(cx->arena, &users, f->created_by.id);
        list_each(&f->history, h) ids_add(cx->arena, &users, f->history.at[h].actor.id);
        ids_add(cx->arena, &teams, f->team_id);
        ids_add(cx->arena, &channels, f->channel_id);
        ids_add(cx->arena, &incidents, f->incident.id);
        ids_add(cx->arena, &reports, f->report.id);
        ids_add(cx->arena, &others, f->predecessor.id);
        ids_add(cx->arena, &others, f->successor.id);
    }
    if (!ids.len) return OK;
    Map *user, *team, *channel, *service;
    RecordRefs incident = { 0 }, report = { 0 }, other = { 0 };
    TRY(followup_services_of(cx, ids, page, &services));
    TRY(user_refs(cx, users, &user));
    TRY(team_refs(cx, teams, &team));
    TRY(channel_refs(cx, channels, &channel));
    TRY(service_refs(cx, services, &service));
    if (incidents.len) TRY(incident_refs(cx, incidents, &incident));
    if (reports.len) TRY(incident_report_refs(cx, reports, &report));
    TRY(refs(cx, others, &other));
    list_each(page, k) {
        FollowUp *f = &page->at[k];
        f->owner = user_ref(user, f->owner_id);
        f->verified_by = user_ref(user, f->verified_by.id);
        f->created_by = user_ref(user, f->created_by.id);
        list_each(&f->history, h) f->history.at[h].actor = user_ref(user, f->history.at[h].actor.id);
        f->team = ref_of(team, f->team_id);
        f->channel = ref_of(channel, f->channel_id);
        list_each (&f->service_ids, s)
            *list_add(cx->arena, &f->services) = ref_of(service, f->service_ids.at[s]);
        f->incident = record(&incident, f->incident.id);
        f->report = record(&report, f->report.id);
        f->predecessor = record(&other, f->predecessor.id);
        f->successor = record(&other, f->successor.id);
    }
    return OK;
}

static Err read_history(Cx *cx, FollowUp *f)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_followup_history_of);
    stmt_str(&q, "id", f->id);
    while (stmt_step(&q)) {
        FollowUpChange *c = list_add(cx->arena, &f->history);
        *c = (FollowUpChange){ stmt_col_str(&q, 0), stmt_col_str(&q, 1), stmt_col_str(&q, 2), { .id = stmt_col_str(&q, 3) },
                               stmt_col_int(&q, 4) };
    }
    return stmt_end(&q);
}

Err followup_get(Cx *cx, Str id, FollowUp *ret)
{
    FollowUp f;
    TRY(followup_row(cx, id, &f));
    TRY(read_history(cx, &f));
    TRY(name_page(cx, &(FollowUps){ .at = &f, .len = 1, .room = 1 }));
    *ret = f;
    return OK;
}

Err followup_resolve(Cx *cx, Str given, Str *ret_id)
{
    int64_t number = reference_number(given, "FU");
    auto_stmt q = stmt_begin(cx->arena, cx->store, number ? &sql_followup_by_number : &sql_followup_by_id);
    if (number) stmt_int(&q, "number", number);
    else stmt_str(&q, "id", given);
    bool found = stmt_step(&q);
    Str id = S(""), audience = S("");
    if (found) id = stmt_col_str(&q, 0), audience = stmt_col_str(&q, 1);
    TRY(stmt_end(&q));
    if (!found) return fail(cx->arena, ERR_NOT_FOUND, "there is no follow-up " STR_FMT, STR_ARG(given));
    TRY(access_check(cx, audience, "follow-up", given));
    *ret_id = id;
    return OK;
}

/* ---- pages */

typedef struct Found { int64_t number; Str ids; bool by_ids; } Found;

static Err find(Cx *cx, const FollowUpFilter *f, Found *ret)
{
    if (str_empty(f->q)) return OK;
    ret->number = reference_number(f->q, "FU");
    if (ret->number) return OK;
    Str audiences = S("[]");
    TRY(access_audiences(cx, &audiences));
    SearchHits hits = { 0 };
    TRY(search_match(cx->store, cx->arena, f->q, S("[\"follow_up\"]"), audiences, SEARCH_MOST, &hits));
    Strs ids = { 0 };
    list_each(&hits, i) *list_add(cx->arena, &ids) = hits.at[i].id;
    ret->by_ids = true;
    ret->ids = strs_json(cx->arena, ids);
    return OK;
}

#define FILTER_PARTS(f, found) \
    stmt_if(!access_all(cx), "visible"), stmt_if((f)->status.len, "status"), stmt_if((f)->kind.len, "kind"), \
    stmt_if((f)->priority.len, "priority"), stmt_if((f)->owner.len, "owner"), stmt_if((f)->nobody, "nobody"), \
    stmt_if((f)->team.len, "team"), stmt_if((f)->channel.len, "channel"), stmt_if((f)->service.len, "service"), \
    stmt_if((f)->incident.len, "incident"), stmt_if((f)->report.len, "report"), stmt_if((f)->open, "open"), \
    stmt_if((f)->closed, "closed"), stmt_if((f)->overdue, "overdue"), stmt_if((f)->to_verify, "to_verify"), \
    stmt_if((found)->by_ids, "ids"), stmt_if((found)->number, "number")

static void bind_filter(Cx *cx, Stmt *q, const FollowUpFilter *f, const Found *found)
{
    const struct { const char *name; const Strs *list; } lists[] = {
        { "status", &f->status }, { "kind", &f->kind }, { "priority", &f->priority }, { "owner", &f->owner }, { "team", &f->team },
        { "channel", &f->channel }, { "service", &f->service }, { "incident", &f->incident }, { "report", &f->report },
    };
    if (!access_all(cx)) stmt_str(q, "actor", cx->actor.id);
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        if (lists[k].list->len) stmt_str(q, lists[k].name, strs_json(cx->arena, *lists[k].list));
    if (f->overdue) stmt_int(q, "now_ms", cx->now_ms);
    if (found->by_ids) stmt_str(q, "ids", found->ids);
    if (found->number) stmt_int(q, "number", found->number);
}

static Err read_page(Cx *cx, const FollowUpFilter *f, const Found *found, Cursor after, int64_t limit, FollowUps *ret)
{
    const char *by = str_eq(f->sort, S("priority"))  ? "by_priority"
                     : str_eq(f->sort, S("newest"))  ? "by_newest"
                     : str_eq(f->sort, S("updated")) ? "by_updated"
                                                     : "by_due";
    bool more = after.id.len > 0;
    Str from = arena_fmt(cx->arena, "after_%s", by + 3);
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_followup_list, FILTER_PARTS(f, found),
                                stmt_if(more, from.at), by, NULL);
    bind_filter(cx, &q, f, found);
    if (more) stmt_int(&q, "at", after.at), stmt_str(&q, "after", after.id);
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q)) {
        FollowUp *one = list_add(cx->arena, ret);
        row(cx, &q, one);
        one->sort_key = !strcmp(by, "by_newest") ? one->created_ms
                        : !strcmp(by, "by_updated")
                            ? one->updated_ms
                            : stmt_col_int(&q, !strcmp(by, "by_due") ? 30 : 31);
    }
    TRY(stmt_end(&q));
    return name_page(cx, ret);
}

static Err count(Cx *cx, const FollowUpFilter *f, const Found *found, int64_t *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_followup_count, FILTER_PARTS(f, found), NULL);
    bind_filter(cx, &q, f, found);
    stmt_int(&q, "limit", COUNT_MOST + 1);
    int64_t n = stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
    TRY(stmt_end(&q));
    *ret = n > COUNT_MOST ? -1 : n;
    return OK;
}

Err followup_page(Cx *cx, const FollowUpFilter *f, Cursor after, int64_t limit, FollowUps *ret, int64_t *ret_total)
{
    Found found = { 0 };
    *ret = (FollowUps){ 0 };
    TRY(find(cx, f, &found));
    TRY(read_page(cx, f, &found, after, limit, ret));
    if (!ret_total) return OK;
    *ret_total = after.id.len ? -1 : (int64_t)ret->len;      /* fewer than asked for: all of them */
    return *ret_total < limit ? OK : count(cx, f, &found, ret_total);
}

Err followup_list(Cx *cx, const FollowUpFilter *f, Cursor after, int64_t limit, FollowUps *ret)
{
    return followup_page(cx, f, after, limit, ret, NULL);
}

Err followup_total(Cx *cx, const FollowUpFilter *f, int64_t *ret)
{
    Found found = { 0 };
    TRY(find(cx, f, &found));
    return count(cx, f, &found, ret);
}
