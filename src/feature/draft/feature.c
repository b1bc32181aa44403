#include "app/app.h"
#include "base/id.h"
#include "document/document.h"
#include "feature/draft/draft.h"
#include "sql.gen.h"

enum { WISH_BYTES = 500, SECTIONS_MOST = 40 };

static const char *const states[] = { "none", "waiting", "writing", "placed", "offered", "discarded", "failed", "cancelled", NULL };
static SHAPE(draft_shape, Draft, "A section of a report and what a model wrote for it",
    FIELD(Draft, section, READ_ONLY, "Key of the section"),
    FIELD(Draft, heading, READ_ONLY, "As it stands in the text"),
    FIELD(Draft, ai, READ_ONLY, "What its template says: off, on, instructions"),
    FIELD(Draft, state, READ_ONLY, "placed: in the text; offered: beside what somebody wrote", .values = states),
    FIELD(Draft, touched, READ_ONLY, "Somebody wrote there: a draft is offered, never put over it"),
    FIELD(Draft, wish, READ_ONLY, "What was wished for"),
    FIELD(Draft, form, READ_ONLY, "prose, list"),
    FIELD_RAW(Draft, claims, READ_ONLY, "Claims with their evidence and what of them is not supported"),
    FIELD(Draft, unsupported, READ_ONLY, "How many claims nothing supports"),
    FIELD(Draft, kept, READ_ONLY, "Words of it that still stand, in percent; -1: none was put into the text"),
    FIELD(Draft, error, READ_ONLY, "Why there is none"),
    FIELD(Draft, model, READ_ONLY, "Who wrote it"),
    FIELD(Draft, tokens_in, READ_ONLY, "Read"), FIELD(Draft, tokens_out, READ_ONLY, "Written"),
    FIELD(Draft, cost_micro, READ_ONLY, "By the prices in the settings, in millionths"),
    FIELD(Draft, pieces, READ_ONLY, "Evidence that there was"), FIELD(Draft, pieces_read, READ_ONLY, "How many pieces of it the model read, alike ones as one"),
    FIELD_AT(Draft, updated_ms, READ_ONLY | NULLABLE, "When it was last at work"),
    FIELD(Draft, version, READ_ONLY, "Grows with each change"));

typedef struct Begin { Strs sections; Str wish; } Begin;
static SHAPE(draft_begin_shape, Begin, "Which sections to draft",
    FIELD(Begin, sections, 0, "Their keys; none: all that the template allows and nobody wrote in", .max = SECTIONS_MOST),
    FIELD(Begin, wish, 0, "What it should be like: \"shorter\", \"for customers\"", .max = WISH_BYTES));
typedef struct Choice { Str section, how; } Choice;
static const char *const hows[] = { "replace", "below", NULL };
static SHAPE(draft_choice_shape, Choice, "A section", FIELD(Choice, section, REQUIRED, "Its key"), FIELD(Choice, how, 0, "Accepting: replace what stands there, or put it below", .values = hows));

typedef struct DraftPage { bool enabled; Drafts sections; int64_t kept; Spent spent; int64_t tokens; double cost; } DraftPage;
static SHAPE(draft_page_shape, DraftPage, "What a model wrote for a report",
    FIELD(DraftPage, enabled, READ_ONLY, "A model is configured"),
    FIELD_OF(DraftPage, sections, FIELD_MANY, &draft_shape, READ_ONLY, "The sections of the text, in its order"),
    FIELD(DraftPage, kept, READ_ONLY, "Words of all that was put into the text that still stand, in percent; -1: nothing was"),
    FIELD(DraftPage, tokens, READ_ONLY, "All that was used for this report"),
    FIELD(DraftPage, cost, READ_ONLY, "By the prices in the settings"));

static bool in(Strs list, Str s)
{
    list_each(&list, i) if (str_eq(list.at[i], s)) return true;
    return false;
}

/** Every section of the text with its draft, if there is one. */
static Err sections_of(Cx *cx, const Report *r, Drafts *ret)
{
    DocNode *doc;
    Drafts rows = { 0 };
    Template t = { 0 };
    TRY(document_read(cx, r->id, &doc));
    TRY(draft_list(cx, r->id, &rows));
    Err e = template_get(cx, r->template.id, &t);
    if (e.info && !err_is(e, ERR_NOT_FOUND)) return e;
    list_each(&doc->children, i) {
        const DocNode *h = doc->children.at[i];
        Str key = doc_is(h, "heading") ? doc_get(h, "section") : S("");
        if (!key.len) continue;
        Draft *d = list_add(cx->arena, ret);
        *d = (Draft){ .report_id = r->id, .section = key, .state = S("none"), .form = S("prose"), .claims = S("[]") };
        list_each(&rows, k) if (str_eq(rows.at[k].section, key)) *d = rows.at[k];
        d->heading = str_trim(doc_plain(cx->arena, h));
        d->ai = S("on");
        list_each(&t.sections, k) if (str_eq(t.sections.at[k].key, key) && t.sections.at[k].ai.len) d->ai = t.sections.at[k].ai;
        d->kept = place_kept(cx->arena, d, doc);
        TRY(place_touched(cx, d, doc, &d->touched));
        Sayings all = { 0 };
        TRY(sayings_parse(cx->arena, d->claims, &all));
        d->unsupported = (int64_t)sayings_failing(&all);
    }
    return OK;
}

static Err page(Cx *cx, Str report, Res *res)
{
    Report r;
    Model m;
    DraftPage p = { .kept = -1 };
    int64_t words = 0, kept = 0;
    TRY(report_get(cx, report, &r));
    p.enabled = !model_open(cx, &m).info;
    TRY(sections_of(cx, &r, &p.sections));
    TRY(model_spent_on(cx, report, &p.spent));
    p.tokens = p.spent.tokens;
    p.cost = (double)p.spent.cost_micro / 1e6;
    list_each(&p.sections, i) {
        if (p.sections.at[i].kept < 0) continue;
        words += (int64_t)p.sections.at[i].placed.len;
        kept += (int64_t)p.sections.at[i].placed.len * p.sections.at[i].kept;
    }
    if (words) p.kept = kept / words;
    res_json(cx, res, &draft_page_shape, &p);
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res) { return page(cx, req_param(req, "report"), res); }

static Err writable(Cx *cx, Str report, Report *ret)
{
    TRY(report_get(cx, report, ret));
    return ret->can_edit ? OK : fail(cx->arena, ERR_FORBIDDEN, STR_FMT " is read only for you", STR_ARG(ret->reference));
}

static Err begin_one(Cx *cx, const Report *r, Str section, Str wish)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_section_put);
    stmt_str(&q, "id", id_new(cx->arena, cx->now_ms));
    stmt_str(&q, "report", r->id);
    stmt_str(&q, "section", section);
    stmt_str(&q, "incident", r->incidents.at[0].id);
    stmt_str(&q, "wish", wish);
    stmt_str(&q, "time_zone", cx->actor.time_zone);
    stmt_str(&q, "by", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    Buf b = buf_new(cx->arena, 4096);
    buf_fmt(&b, "{\"report\":\"" STR_FMT "\",\"section\":", STR_ARG(r->id));
    buf_json(&b, section);
    buf_byte(&b, '}');
    return job_add(cx, "draft.section", buf_str(&b), 0, S(""));
}

Err draft_begin(Cx *cx, const Report *r, Strs sections, Str wish, size_t *ret_begun)
{
    Drafts all = { 0 };
    *ret_begun = 0;
    TRY(sections_of(cx, r, &all));
    list_each(&sections, i) {
        bool known = false;
        list_each(&all, k) known = known || str_eq(all.at[k].section, sections.at[i]);
        if (!known) return fail_field(cx->arena, arena_fmt(cx->arena, "sections[%zu]", i), "the text has no section " STR_FMT, STR_ARG(sections.at[i]));
    }
    list_each(&all, i) {
        const Draft *d = &all.at[i];
        bool busy = str_eq(d->state, S("waiting")) || str_eq(d->state, S("writing"));
        bool wanted = sections.len ? in(sections, d->section) : !str_eq(d->ai, S("off")) && !d->touched;
        if (busy || !wanted) continue;
        TRY(begin_one(cx, r, d->section, wish));
        ++*ret_begun;
    }
    return *ret_begun ? draft_touch(cx, r, S("")) : OK;
}

static Err begin(Cx *cx, Req *req, Res *res)
{
    const Begin *in_ = BODY(req, Begin);
    Report r;
    Model m;
    Incident incident;
    size_t begun;
    TRY(writable(cx, req_param(req, "report"), &r));
    TRY(model_open(cx, &m));
    if (!r.incidents.len) return fail(cx->arena, ERR_CONFLICT, STR_FMT " is about no incident: there is no evidence to write from", STR_ARG(r.reference));
    TRY(incident_row(cx, r.incidents.at[0].id, &incident));
    TRY(model_may_read(cx, &incident));
    TRY(draft_begin(cx, &r, in_->sections, in_->wish, &begun));
    if (!begun) return fail(cx->arena, ERR_CONFLICT, "%s", "there is no section to draft: all are written, being written, or off in the template");
    return page(cx, r.id, res);
}

static Err chosen(Cx *cx, Req *req, Report *r, Draft *d)
{
    TRY(writable(cx, req_param(req, "report"), r));
    return draft_get(cx, r->id, BODY(req, Choice)->section, d);
}

static Err accept(Cx *cx, Req *req, Res *res)
{
    Report r;
    Draft d;
    Sayings all = { 0 };
    bool placed;
    TRY(chosen(cx, req, &r, &d));
    if (!str_eq(d.state, S("offered"))) return fail(cx->arena, ERR_CONFLICT, "%s", "nothing is offered for this section");
    TRY(sayings_parse(cx->arena, d.claims, &all));
    TRY(place_put(cx, &d, &all, r.language, str_eq(BODY(req, Choice)->how, S("below")) ? PLACE_BELOW : PLACE_REPLACE, &placed));
    d.state = S("placed");
    TRY(draft_save(cx, &d));
    TRY(draft_touch(cx, &r, d.section));
    return page(cx, r.id, res);
}

/** An offer goes; what stands untouched in the text is taken out again. */
static Err discard(Cx *cx, Req *req, Res *res)
{
    Report r;
    Draft d;
    DocNode *doc;
    bool placed;
    TRY(chosen(cx, req, &r, &d));
    if (str_eq(d.state, S("placed"))) {
        TRY(document_read(cx, r.id, &doc));
        if (!str_eq(place_text(cx->arena, doc, d.section), d.placed)) return fail(cx->arena, ERR_CONFLICT, "%s", "somebody wrote in this section: take out there what you do not want");
        TRY(place_put(cx, &d, &(Sayings){ 0 }, r.language, PLACE_REPLACE, &placed));
    } else if (!str_eq(d.state, S("offered")) && !str_eq(d.state, S("failed"))) return fail(cx->arena, ERR_CONFLICT, "%s", "there is nothing to discard");
    d.state = S("discarded");
    d.placed = S("");
    d.error = S("");
    d.claims = S("[]");
    TRY(draft_save(cx, &d));
    TRY(draft_touch(cx, &r, d.section));
    return page(cx, r.id, res);
}

static Err cancel(Cx *cx, Req *req, Res *res)
{
    Report r;
    Draft d;
    TRY(chosen(cx, req, &r, &d));
    if (str_eq(d.state, S("waiting")) || str_eq(d.state, S("writing"))) {
        d.state = S("cancelled");
        TRY(draft_save(cx, &d));
        TRY(store_notify(cx->store, cx->arena, S("draft_stop"), d.id));
        TRY(draft_touch(cx, &r, d.section));
    }
    return page(cx, r.id, res);
}

static Err purge(Cx *cx, void *arg)
{
    (void)arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_call_purge);
    stmt_int(&q, "before_ms", cx->now_ms - setting_int(cx, "ai.keep_days") * 86400000);
    return stmt_exec(&q);
}
static Err purge_job(Cx *cx, Str payload) { (void)payload; return cx_write(cx, purge, NULL); }

static const JobKind jobs[] = {
    { .name = "draft.section", .run = draft_section_job, .max_attempts = 3, .lease_ms = 1200000, .slow = true },
    { .name = "draft.question", .run = question_job, .max_attempts = 3, .lease_ms = 1200000, .slow = true },
    { .name = "draft.review", .run = review_job, .max_attempts = 3, .lease_ms = 1200000, .slow = true },
    { .name = "draft.purge", .run = purge_job, .every_ms = 86400000 },
    { 0 },
};

#define REPORT "/api/v1/reports/:report"
#define INCIDENT "/api/v1/incidents/:incident"
static const Route routes[] = {
    { GET, "/api/v1/ai", ROLE_VIEWER, draft_usage_get, .reply = &draft_usage_shape, .doc = "Whether a model is configured, and what it used today" },
    { POST, "/api/v1/ai/test", ROLE_ADMIN, draft_test_post, .reply = &draft_test_shape, .flags = COMPUTES, .doc = "Asks the model something, and shows what it answers or what is wrong" },
    { GET, REPORT "/drafts", ROLE_VIEWER, show, .reply = &draft_page_shape, .doc = "What a model wrote for its sections" },
    { POST, REPORT "/drafts", ROLE_RESPONDER, begin, &draft_begin_shape, &draft_page_shape, .doc = "Drafts sections: into the text where nobody wrote, beside it elsewhere" },
    { POST, REPORT "/drafts/accept", ROLE_RESPONDER, accept, &draft_choice_shape, &draft_page_shape, .doc = "Puts what is offered into the text" },
    { POST, REPORT "/drafts/discard", ROLE_RESPONDER, discard, &draft_choice_shape, &draft_page_shape, .doc = "Forgets what is offered, or takes untouched text of the model out again" },
    { POST, REPORT "/drafts/cancel", ROLE_RESPONDER, cancel, &draft_choice_shape, &draft_page_shape, .doc = "Stops a draft that is being written" },
    { GET, REPORT "/drafts/sent", ROLE_ADMIN, draft_sent_get, .reply = &draft_sent_shape, .flags = REPLY_LIST, .doc = "What was sent to the model for this report, as it left" },
    { GET, REPORT "/drafts/review", ROLE_VIEWER, review_show, .reply = &review_by_ai_shape, .doc = "Whether a model asked questions about the text as a reviewer" },
    { POST, REPORT "/drafts/review", ROLE_RESPONDER, review_begin, .reply = &review_by_ai_shape, .doc = "Lets a model ask a few questions about the text, as comments on the words they concern" },
    { GET, REPORT "/questions", ROLE_VIEWER, questions_of_report, .reply = &question_shape, .flags = REPLY_LIST, .doc = "What was asked about its incident, newest first" },
    { POST, REPORT "/questions", ROLE_RESPONDER, question_to_report, &question_new_shape, &question_shape, .doc = "Asks its incident: the answer rests on evidence or is not given" },
    { GET, INCIDENT "/questions", ROLE_VIEWER, questions_of_incident, .reply = &question_shape, .flags = REPLY_LIST, .doc = "What was asked about it, newest first" },
    { POST, INCIDENT "/questions", ROLE_RESPONDER, question_to_incident, &question_new_shape, &question_shape, .doc = "Asks the incident: the answer rests on evidence or is not given" },
    { GET, INCIDENT "/unknowns", ROLE_VIEWER, unknowns_get, .reply = &unknown_shape, .flags = REPLY_LIST, .doc = "What its record does not say and a reader will ask, without any model" },
    { 0 },
};

const Feature draft_feature = { .name = "draft", .schema = &draft_schema, .routes = routes, .jobs = jobs, .settings = draft_settings, .listeners = automatic_listeners, .heard = draft_heard };
