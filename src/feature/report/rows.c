/* Rows in and out. */
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/report/rules.h"
#include "store/search.h"
#include "sql.gen.h"

typedef struct Documents { LinkedDocuments items; } Documents;
static SHAPE(documents_shape, Documents, "As stored", FIELD_OF(Documents, items, FIELD_MANY, &report_linked_shape, 0, "", .max = 1000));

/* Later edits count when they changed what the text says; those not looked at yet count until they are. */
static bool report_is_changed(const Report *r, int64_t revision)
{
    if (!r->published_version) return false;
    if (r->meta_changed || revision > r->revision) return true;
    return r->revision > r->published_revision && (!r->digest.len || !str_eq(r->digest, r->published_digest));
}

static Err read_one(Cx *cx, Stmt *q, Report *r)
{
    *r = (Report){
        .id = stmt_col_str(q, 0), .number = stmt_col_int(q, 1), .title = stmt_col_str(q, 2), .state = stmt_col_str(q, 3), .language = stmt_col_str(q, 4),
        .severity = stmt_col_str(q, 5), .audience = stmt_col_str(q, 6), .owner_id = stmt_col_str(q, 7), .channel_id = stmt_col_str(q, 8),
        .team_id = stmt_col_str(q, 9), .template = { stmt_col_str(q, 10), stmt_col_str(q, 11) }, .overrides = stmt_col_str(q, 12),
        .figures = stmt_col_str(q, 13), .due_ms = stmt_col_int(q, 15), .began_ms = stmt_col_int(q, 16), .excerpt = stmt_col_str(q, 17),
        .word_count = stmt_col_int(q, 18), .revision = stmt_col_int(q, 19), .published_ms = stmt_col_int(q, 20), .published_by = { .id = stmt_col_str(q, 21) },
        .published_version = stmt_col_int(q, 22), .published_revision = stmt_col_int(q, 23), .meta_changed = stmt_col_int(q, 24),
        .created_by = { .id = stmt_col_str(q, 25) }, .created_ms = stmt_col_int(q, 26), .updated_ms = stmt_col_int(q, 27), .version = stmt_col_int(q, 28),
        .comments_by = stmt_col_str(q, 29), .digest = stmt_col_str(q, 30), .published_digest = stmt_col_str(q, 31), .due_by_policy = stmt_col_int(q, 32),
    };
    Documents documents = { 0 };
    TRY(shape_decode(cx->arena, &documents_shape, DECODE_PATCH, stmt_col_str(q, 14), &documents, NULL));
    r->linked_documents = documents.items;
    r->reference = reference(cx->arena, "PM", r->number);
    r->visibility = r->audience.len ? S("private") : S("public");
    r->overdue = r->due_ms && r->due_ms < cx->now_ms
                 && (str_eq(r->state, S("draft")) || str_eq(r->state, S("in_review")));
    r->changed_since_published = report_is_changed(r, r->revision);
    report_metrics(cx->arena, r->figures, r->overrides, &r->metrics);
    return OK;
}

Err report_row(Cx *cx, Str id, Report *ret)
{
    Strs one = { 0 };
    *list_add(cx->arena, &one) = id;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_select);
    stmt_str(&q, "ids", strs_json(cx->arena, one));
    bool found = stmt_step(&q);
    if (found) TRY(read_one(cx, &q, ret));
    TRY(stmt_end(&q));
    return found ? OK : fail(cx->arena, ERR_NOT_FOUND, "there is no report " STR_FMT, STR_ARG(id));
}


static Str report_documents_json(Arena *a, const LinkedDocuments *list)
{
    Buf b = buf_new(a, 1 << 20);
    shape_json(&documents_shape, &(Documents){ *list }, &b);
    return buf_str(&b);
}

static void bind(Stmt *q, Cx *cx, const Report *r)
{
    stmt_str(q, "id", r->id);
    stmt_str(q, "title", r->title);
    stmt_str(q, "state", r->state);
    stmt_str(q, "language", r->language);
    stmt_str(q, "severity", r->severity);
    stmt_str(q, "audience", r->audience);
    stmt_str_or_null(q, "owner_id", r->owner_id);
    stmt_str_or_null(q, "channel_id", r->channel_id);
    stmt_str_or_null(q, "team_id", r->team_id);
    stmt_str(q, "overrides", r->overrides.len ? r->overrides : S("{}"));
    stmt_str(q, "figures", r->figures.len ? r->figures : S("{}"));
    stmt_str(q, "linked_documents", report_documents_json(cx->arena, &r->linked_documents));
    stmt_int_or_null(q, "due_ms", r->due_ms);
    stmt_int(q, "began_ms", r->began_ms);
    stmt_str(q, "excerpt", r->excerpt);
    stmt_int(q, "word_count", r->word_count);
    stmt_int(q, "revision", r->revision);
    stmt_int_or_null(q, "published_ms", r->published_ms);
    stmt_str_or_null(q, "published_by", r->published_by.id);
    stmt_int(q, "published_version", r->published_version);
    stmt_int(q, "published_revision", r->published_revision);
    stmt_int(q, "meta_changed", r->meta_changed);
    stmt_str(q, "comments_by", r->comments_by.len ? r->comments_by : S("readers"));
    stmt_str(q, "digest", r->digest);
    stmt_str(q, "published_digest", r->published_digest);
    stmt_int(q, "due_by_policy", r->due_by_policy);
    stmt_int(q, "now_ms", cx->now_ms);
}


Err report_insert(Cx *cx, const Report *r)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_insert);
    bind(&q, cx, r);
    stmt_int(&q, "number", r->number);
    stmt_str(&q, "template_id", r->template.id);
    stmt_str(&q, "template_name", r->template.name);
    stmt_str_or_null(&q, "created_by", r->created_by.id);
    return stmt_exec(&q);
}

Err report_save(Cx *cx, Report *r, int64_t step)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_update);
    bind(&q, cx, r);
    stmt_int(&q, "step", step);
    TRY(stmt_exec(&q));
    r->version += step;
    r->updated_ms = cx->now_ms;
    return OK;
}

/* -- what hangs on rows, for many at once ------------------------------------------------------------------------------ */

static Err ids_of(Cx *cx, const Sql *sql, const char *name, Str value, Strs *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, sql);
    stmt_str(&q, name, value);
    while (stmt_step(&q)) *list_add(cx->arena, ret) = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

Err reports_of_incident(Cx *cx, Str incident, Strs *ret)
{
    return ids_of(cx, &sql_report_of_incident, "incident", incident, ret);
}

Err report_incident_ids(Cx *cx, Str report, Strs *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_incident_list);
    stmt_str(&q, "ids", strs_json(cx->arena, (Strs){ &report, 1, 1 }));
    while (stmt_step(&q)) *list_add(cx->arena, ret) = stmt_col_str(&q, 1);
    return stmt_end(&q);
}

static Report *of_id(Reports *all, Str id)
{
    list_each(all, i) if (str_eq(all->at[i].id, id)) return &all->at[i];
    return NULL;
}

static Err incidents_onto(Cx *cx, Reports *all, Str ids)
{
    Strs incidents = { 0 };
    RecordRefs refs = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_incident_list);
    stmt_str(&q, "ids", ids);
    while (stmt_step(&q)) {
        Report *r = of_id(all, stmt_col_str(&q, 0));
        if (r) *list_add(cx->arena, &r->incidents) = (ReportIncident){ .id = stmt_col_str(&q, 1), .severity = r->severity };
        ids_add(cx->arena, &incidents, stmt_col_str(&q, 1));
    }
    TRY(stmt_end(&q));
    TRY(incident_refs(cx, incidents, &refs));                /* only those that the reader may see */
    list_each(all, i) {
        ReportIncidents seen = { 0 };
        list_each(&all->at[i].incidents, k)
            list_each(&refs, n)
                if (str_eq(refs.at[n].id, all->at[i].incidents.at[k].id))
                    *list_add(cx->arena, &seen) = (ReportIncident){ refs.at[n].id, refs.at[n].reference, refs.at[n].title, all->at[i].incidents.at[k].severity };
        all->at[i].incidents = seen;
    }
    return OK;
}

static Err people_onto(Cx *cx, Reports *all, Str ids, Strs *people)
{
    auto_stmt a = stmt_begin(cx->arena, cx->store, &sql_report_author_list);
    stmt_str(&a, "ids", ids);
    while (stmt_step(&a)) {
        Report *r = of_id(all, stmt_col_str(&a, 0));
        if (r) *list_add(cx->arena, &r->authors) = (UserRef){ .id = stmt_col_str(&a, 1) };
        ids_add(cx->arena, people, stmt_col_str(&a, 1));
    }
    TRY(stmt_end(&a));
    auto_stmt v = stmt_begin(cx->arena, cx->store, &sql_report_reviewer_list);
    stmt_str(&v, "ids", ids);
    while (stmt_step(&v)) {
        Report *r = of_id(all, stmt_col_str(&v, 0));
        if (r) {
            Reviewer *one = list_add(cx->arena, &r->reviewers);
            *one = (Reviewer){ .user = { .id = stmt_col_str(&v, 1) }, .state = stmt_col_str(&v, 2), .note = stmt_col_str(&v, 3), .decided_ms = stmt_col_int(&v, 4),
                               .digest = stmt_col_str(&v, 5), .revision = stmt_col_int(&v, 6) };
            one->edited_since = one->decided_ms && one->digest.len && !str_eq(one->digest, r->digest);
        }
        ids_add(cx->arena, people, stmt_col_str(&v, 1));
    }
    return stmt_end(&v);
}

/* Everything that a reader sees of these rows: a fixed number of queries for all of them. */
static Err complete(Cx *cx, Reports *all)
{
    Strs ids = { 0 }, people = { 0 }, channels = { 0 }, teams = { 0 };
    Map *users, *channel_map, *team_map;
    if (!all->len) return OK;
    list_each(all, i) *list_add(cx->arena, &ids) = all->at[i].id;
    Str json = strs_json(cx->arena, ids);
    TRY(incidents_onto(cx, all, json));
    TRY(people_onto(cx, all, json, &people));
    list_each(all, i) {
        ids_add(cx->arena, &people, all->at[i].owner_id);
        ids_add(cx->arena, &people, all->at[i].published_by.id);
        ids_add(cx->arena, &people, all->at[i].created_by.id);
        ids_add(cx->arena, &channels, all->at[i].channel_id);
        ids_add(cx->arena, &teams, all->at[i].team_id);
    }
    TRY(user_refs(cx, people, &users));
    TRY(channel_refs(cx, channels, &channel_map));
    TRY(team_refs(cx, teams, &team_map));
    list_each(all, i) {
        Report *r = &all->at[i];
        r->owner = user_ref(users, r->owner_id);
        r->published_by = user_ref(users, r->published_by.id);
        r->created_by = user_ref(users, r->created_by.id);
        r->channel = ref_of(channel_map, r->channel_id);
        r->team = ref_of(team_map, r->team_id);
        list_each(&r->authors, k) r->authors.at[k] = user_ref(users, r->authors.at[k].id);
        list_each(&r->reviewers, k) r->reviewers.at[k].user = user_ref(users, r->reviewers.at[k].user.id);
        TRY(report_rights(cx, r));
    }
    return OK;
}

Err report_get(Cx *cx, Str id, Report *ret)
{
    Reports one = { 0 };
    TRY(report_row(cx, id, list_add(cx->arena, &one)));
    int64_t revision = 0;
    TRY(document_revision(cx, id, &revision));
    Report *r = &one.at[0];
    r->changed_since_published = report_is_changed(r, revision);
    if (revision > r->revision) r->revision = revision;
    TRY(complete(cx, &one));
    if (r->incidents.len > 1)
        list_each(&r->incidents, i) {
            Incident x;
            TRY(incident_row(cx, r->incidents.at[i].id, &x));
            r->incidents.at[i].severity = x.severity;
        }
    *ret = *r;
    return OK;
}

static Err by_reference(Cx *cx, Str given, Str *ret_id, Str *ret_audience)
{
    int64_t number = reference_number(given, "PM");
    auto_stmt q = stmt_begin(cx->arena, cx->store, number ? &sql_report_by_number : &sql_report_by_id);
    if (number) stmt_int(&q, "number", number);
    else stmt_str(&q, "id", given);
    bool found = stmt_step(&q);
    if (found) { *ret_id = stmt_col_str(&q, 0); *ret_audience = stmt_col_str(&q, 1); }
    TRY(stmt_end(&q));
    return found ? OK : fail(cx->arena, ERR_NOT_FOUND, "there is no report " STR_FMT, STR_ARG(given));
}

Err report_resolve(Cx *cx, Str given, Str *ret_id)
{
    Str id, audience;
    TRY(by_reference(cx, given, &id, &audience));
    TRY(access_check(cx, audience, "report", given));
    *ret_id = id;
    return OK;
}

Err report_audience(Cx *cx, Str id, Str *ret)
{
    Str found;
    return by_reference(cx, id, &found, ret);
}

/* -- lists ------------------------------------------------------------------------------------------------------------- */

enum { SEARCH_MOST = 200 };
typedef struct Searched { bool on; Strs ids; SearchHits hits; } Searched;

static Err search(Cx *cx, const ReportFilter *f, Searched *ret)
{
    Str audiences;
    if (!str_trim(f->q).len) return OK;
    ret->on = true;
    int64_t number = reference_number(str_trim(f->q), "PM");
    if (number) {
        Str id, audience;
        Err e = by_reference(cx, str_trim(f->q), &id, &audience);
        if (!e.info) *list_add(cx->arena, &ret->ids) = id;
        return e.info && !err_is(e, ERR_NOT_FOUND) ? e : OK;
    }
    TRY(access_audiences(cx, &audiences));
    TRY(search_match(cx->store, cx->arena, f->q, S("[\"report\"]"), audiences, SEARCH_MOST, &ret->hits));
    list_each(&ret->hits, i) *list_add(cx->arena, &ret->ids) = ret->hits.at[i].id;
    return OK;
}

static void bind_filter(Stmt *q, Cx *cx, const ReportFilter *f, const Searched *s)
{
    Arena *a = cx->arena;
    if (!access_all(cx)) stmt_str(q, "actor", cx->actor.id);
    if (f->severity.len) stmt_str(q, "severity", strs_json(a, f->severity));
    if (f->team.len) stmt_str(q, "team", strs_json(a, f->team));
    if (f->channel.len) stmt_str(q, "channel", strs_json(a, f->channel));
    if (f->language.len) stmt_str(q, "language", strs_json(a, f->language));
    if (f->service.len) stmt_str(q, "service", strs_json(a, f->service));
    if (f->cause.len) stmt_str(q, "cause", strs_json(a, f->cause));
    if (f->incident.len) stmt_str(q, "incident", strs_json(a, f->incident));
    if (f->author.len) stmt_str(q, "author", f->author);
    if (f->owner.len) stmt_str(q, "owner", f->owner);
    if (f->reviewer.len) stmt_str(q, "reviewer", f->reviewer);
    if (f->overdue) stmt_int(q, "now_ms", cx->now_ms);
    if (f->since_ms) stmt_int(q, "since_ms", f->since_ms);
    if (f->until_ms) stmt_int(q, "until_ms", f->until_ms);
    if (s->on) stmt_str(q, "ids", strs_json(a, s->ids));
}

#define PARTS(f, s) stmt_if(!access_all(cx), "visible"), stmt_if((f)->severity.len, "severity"), stmt_if((f)->team.len, "team"), \
    stmt_if((f)->channel.len, "channel"), stmt_if((f)->language.len, "language"), stmt_if((f)->service.len, "service"), stmt_if((f)->cause.len, "cause"), \
    stmt_if((f)->incident.len, "incident"), stmt_if((f)->author.len, "author"), stmt_if((f)->owner.len, "owner"), \
    stmt_if((f)->reviewer.len, "reviewer"), stmt_if((f)->overdue, "overdue"), stmt_if((f)->since_ms, "since"), \
    stmt_if((f)->until_ms, "until"), stmt_if((s)->on, "ids")

static int64_t sort_value(const Report *r, Str sort)
{
    if (str_eq(sort, S("newest")) || str_eq(sort, S("oldest"))) return r->began_ms;
    if (str_eq(sort, S("due"))) return r->due_ms ? r->due_ms : 9007199254740991;
    return str_eq(sort, S("published")) ? r->published_ms : r->updated_ms;
}

/** Which rows are on the page, in order; `limit` of them at most. */
static Err find_page(Cx *cx, const ReportFilter *f, const Searched *s, Cursor after, int64_t limit, Strs *ret)
{
    Str sort = f->sort.len ? f->sort : S("updated");
    const char *by = arena_fmt(cx->arena, "by_" STR_FMT, STR_ARG(sort)).at,
               *next = arena_fmt(cx->arena, "after_" STR_FMT, STR_ARG(sort)).at;
    bool ascending = str_eq(sort, S("oldest")) || str_eq(sort, S("due"));
    bool one = f->state.len == 1 && f->owner.len;            /* report_by_owner has the order of what is due, too */
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_report_page, PARTS(f, s), stmt_if(f->state.len && !one, "state"),
                                stmt_if(one, "one_state"), by, stmt_if(ascending, "ascending"),
                                stmt_if(after.id.len, next), NULL);
    bind_filter(&q, cx, f, s);
    if (f->state.len) stmt_str(&q, "state", one ? f->state.at[0] : strs_json(cx->arena, f->state));
    if (after.id.len) { stmt_int(&q, "at", after.at); stmt_str(&q, "after", after.id); }
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q)) *list_add(cx->arena, ret) = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

static bool has(const Strs *list, Str word)
{
    list_each(list, i) if (str_eq(list->at[i], word)) return true;
    return false;
}

/** The best matches first. */
static Err find_ranked(Cx *cx, const ReportFilter *f, const Searched *s, int64_t limit, Strs *ret)
{
    Strs fit = { 0 };
    TRY(find_page(cx, f, s, (Cursor){ 0 }, SEARCH_MOST, &fit));
    list_each(&s->ids, i)
        if ((int64_t)ret->len < limit && has(&fit, s->ids.at[i])) *list_add(cx->arena, ret) = s->ids.at[i];
    return OK;
}

/** The words around what matched. */
static Err put_snippets(Cx *cx, const ReportFilter *f, Reports *page)
{
    SearchHits shown = { 0 };
    list_each(page, i) *list_add(cx->arena, &shown) = (SearchHit){ .kind = S("report"), .id = page->at[i].id };
    TRY(search_show(cx->store, cx->arena, f->q, &shown));
    list_each(page, i) page->at[i].snippet = shown.at[i].snippet;
    return OK;
}

static Err read_page(Cx *cx, const Strs *ids, Str sort, Reports *ret)
{
    Reports rows = { 0 };
    if (!ids->len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_select);
    stmt_str(&q, "ids", strs_json(cx->arena, *ids));
    while (stmt_step(&q)) TRY(read_one(cx, &q, list_add(cx->arena, &rows)));
    TRY(stmt_end(&q));
    list_each(ids, i)
        list_each(&rows, k) {
            if (!str_eq(rows.at[k].id, ids->at[i])) continue;
            rows.at[k].sort_ms = sort_value(&rows.at[k], sort);
            *list_add(cx->arena, ret) = rows.at[k];
        }
    return complete(cx, ret);
}

static Err count(Cx *cx, const ReportFilter *f, const Searched *s, ReportCounts *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_report_count, PARTS(f, s), NULL);
    bind_filter(&q, cx, f, s);
    while (stmt_step(&q)) {
        Str state = stmt_col_str(&q, 0);
        int64_t n = stmt_col_int(&q, 1);
        *(str_eq(state, S("draft")) ? &ret->draft : str_eq(state, S("in_review")) ? &ret->in_review : str_eq(state, S("published")) ? &ret->published : &ret->archived) = n;
        ret->total += n;
    }
    return stmt_end(&q);
}

static int64_t count_of(const ReportCounts *c, const Strs *states)
{
    const struct { Str state; int64_t n; } all[] = { { S("draft"), c->draft }, { S("in_review"), c->in_review },
        { S("published"), c->published }, { S("archived"), c->archived } };
    int64_t sum = 0;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (!states->len || has(states, all[k].state)) sum += all[k].n;
    return sum;
}

Err report_list_total(Cx *cx, const ReportFilter *f, Cursor after, int64_t limit, Reports *ret, int64_t *ret_total)
{
    Searched s = { 0 };
    Strs ids = { 0 };
    ReportCounts counts = { 0 };
    Str sort = f->sort.len ? f->sort : S("updated");
    *ret = (Reports){ 0 };
    TRY(search(cx, f, &s));
    bool ranked = s.on && !f->sort.len;
    if (ranked) TRY(find_ranked(cx, f, &s, limit, &ids));
    else TRY(find_page(cx, f, &s, after, limit, &ids));
    TRY(read_page(cx, &ids, sort, ret));
    if (ranked && s.hits.len) TRY(put_snippets(cx, f, ret));
    if (!ret_total) return OK;
    *ret_total = after.id.len ? -1 : (int64_t)ids.len;      /* fewer than asked for: all of them */
    if (*ret_total < limit) return OK;
    TRY(count(cx, f, &s, &counts));
    *ret_total = count_of(&counts, &f->state);
    return OK;
}

Err report_list(Cx *cx, const ReportFilter *f, Cursor after, int64_t limit, Reports *ret)
{
    return report_list_total(cx, f, after, limit, ret, NULL);
}

Err report_counts(Cx *cx, const ReportFilter *f, ReportCounts *ret)
{
    Searched s = { 0 };
    TRY(search(cx, f, &s));
    return count(cx, f, &s, ret);
}
