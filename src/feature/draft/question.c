/* Ask the incident: a question is a row, its answer a job's; only claims that the evidence supports are shown. */
#include "base/id.h"
#include "base/map.h"
#include "feature/draft/draft.h"
#include "feature/template/prose.h"
#include "sql.gen.h"

enum { ANSWER_TOKENS = 2000, QUESTION_BYTES = 500 };

typedef struct Question {
    Str id, incident_id, report_id, question, state, error, locale, time_zone, by_id;
    Str claims;
    UserRef by;
    int64_t tokens, cost_micro, created_ms;
    double cost;
} Question;
typedef LIST(Question) Questions;
SHAPE(question_shape, Question, "A question about an incident, and what the evidence answers",
    FIELD(Question, id, READ_ONLY, "UUIDv7"),
    FIELD(Question, question, REQUIRED, "In your own words", .max = QUESTION_BYTES),
    FIELD(Question, state, READ_ONLY, "waiting, writing, answered, failed"),
    FIELD_RAW(Question, claims, READ_ONLY, "The answer: claims with their evidence, all of them supported; none: the record does not say"),
    FIELD(Question, error, READ_ONLY, "Why there is no answer"),
    FIELD_OF(Question, by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who asked"),
    FIELD(Question, tokens, READ_ONLY, "What it took"), FIELD(Question, cost, READ_ONLY, "By the prices in the settings"),
    FIELD_AT(Question, created_ms, READ_ONLY, "When"));
typedef struct Asked { Str question; } Asked;
SHAPE(question_new_shape, Asked, "A question about an incident", FIELD(Asked, question, REQUIRED, "In your own words", .max = QUESTION_BYTES));

static Question row(Stmt *q)
{
    Question x = { .id = stmt_col_str(q, 0), .incident_id = stmt_col_str(q, 1), .report_id = stmt_col_str(q, 2), .question = stmt_col_str(q, 3), .state = stmt_col_str(q, 4),
        .claims = stmt_col_str(q, 5), .error = stmt_col_str(q, 6), .locale = stmt_col_str(q, 7), .time_zone = stmt_col_str(q, 8), .tokens = stmt_col_int(q, 9),
        .cost_micro = stmt_col_int(q, 10), .by_id = stmt_col_str(q, 11), .created_ms = stmt_col_int(q, 12) };
    x.cost = (double)x.cost_micro / 1e6;
    return x;
}

static Err get(Cx *cx, Str id, Question *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_question_get);
    stmt_str(&q, "id", id);
    bool found = stmt_step(&q);
    if (found) *ret = row(&q);
    TRY(stmt_end(&q));
    return found ? OK : fail(cx->arena, ERR_NOT_FOUND, "there is no such question");
}

static Err list(Cx *cx, Res *res, Str incident, Str report)
{
    Questions all = { 0 };
    Strs people = { 0 };
    Map *users;
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_draft_question_list, report.len ? "report" : "own", NULL);
    stmt_str(&q, "incident", incident);
    if (report.len) stmt_str(&q, "report", report);
    while (stmt_step(&q)) { *list_add(cx->arena, &all) = row(&q); ids_add(cx->arena, &people, all.at[all.len - 1].by_id); }
    TRY(stmt_end(&q));
    TRY(user_refs(cx, people, &users));
    list_each(&all, i) all.at[i].by = user_ref(users, all.at[i].by_id);
    res_list(cx, res, &question_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static Err ask(Cx *cx, Res *res, Str incident, Str report, Str question)
{
    Model m;
    Incident i;
    Question x = { .id = id_new(cx->arena, cx->now_ms), .question = question, .state = S("waiting"), .claims = S("[]"), .created_ms = cx->now_ms,
                   .by = { cx->actor.id, cx->actor.name, cx->actor.avatar_color } };
    TRY(model_open(cx, &m));
    TRY(incident_row(cx, incident, &i));
    TRY(model_may_read(cx, &i));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_question_add);
    stmt_str(&q, "id", x.id);
    stmt_str(&q, "incident", incident);
    stmt_str(&q, "report", report);
    stmt_str(&q, "question", question);
    stmt_str(&q, "locale", cx->actor.locale);
    stmt_str(&q, "time_zone", cx->actor.time_zone);
    stmt_str(&q, "by", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(job_add(cx, "draft.question", arena_fmt(cx->arena, "{\"question\":\"" STR_FMT "\"}", STR_ARG(x.id)), 0, S("")));
    res_created(cx, res, &question_shape, &x, S(""), 1);
    return OK;
}

static Err incident_of(Cx *cx, Str report, Str *ret)
{
    Report r;
    TRY(report_get(cx, report, &r));
    if (!r.incidents.len) return fail(cx->arena, ERR_CONFLICT, STR_FMT " is about no incident", STR_ARG(r.reference));
    *ret = r.incidents.at[0].id;
    return OK;
}

Err questions_of_incident(Cx *cx, Req *req, Res *res) { return list(cx, res, req_param(req, "incident"), S("")); }
Err question_to_incident(Cx *cx, Req *req, Res *res) { return ask(cx, res, req_param(req, "incident"), S(""), BODY(req, Asked)->question); }

Err questions_of_report(Cx *cx, Req *req, Res *res)
{
    Str incident;
    Err e = incident_of(cx, req_param(req, "report"), &incident);
    if (err_is(e, ERR_CONFLICT)) incident = S("");
    else TRY(e);
    return list(cx, res, incident, req_param(req, "report"));
}

Err question_to_report(Cx *cx, Req *req, Res *res)
{
    Str incident;
    TRY(incident_of(cx, req_param(req, "report"), &incident));
    return ask(cx, res, incident, req_param(req, "report"), BODY(req, Asked)->question);
}

/* ---- the answer */

static Err save(Cx *cx, void *arg)
{
    const Question *x = arg;
    Incident i;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_question_save);
    stmt_str(&q, "id", x->id);
    stmt_str(&q, "state", x->state);
    stmt_str(&q, "claims", x->claims);
    stmt_str(&q, "error", x->error);
    stmt_int(&q, "tokens", x->tokens);
    stmt_int(&q, "cost_micro", x->cost_micro);
    TRY(stmt_exec(&q));
    Str topic = x->report_id.len ? arena_fmt(cx->arena, "report:" STR_FMT, STR_ARG(x->report_id)) : arena_fmt(cx->arena, "incident:" STR_FMT, STR_ARG(x->incident_id));
    if (x->report_id.len) {
        Str audience;
        TRY(report_audience(cx, x->report_id, &audience));
        return live_touch(cx, topic, "answered", x->report_id, 0, audience);
    }
    TRY(incident_row(cx, x->incident_id, &i));
    return live_touch(cx, topic, "answered", x->incident_id, 0, i.audience);
}

static Err answer(Cx *cx, Question *x)
{
    Arena *a = cx->arena;
    Model m;
    Facts *facts;
    Chosen chosen;
    LlmAnswer said = { 0 };
    Statements claims;
    Sayings all = { 0 }, sound = { 0 };
    bool *starts;
    Str form, policy = setting_str(cx, "ai.mask"), readers = S("");
    TRY(model_open(cx, &m));
    if (x->report_id.len) TRY(report_audience(cx, x->report_id, &readers));
    TRY(facts_gather(cx, x->incident_id, x->locale, x->time_zone, S(""), readers, &facts));
    TRY(model_may_read(cx, &facts->incident));
    EvidenceSet *e;
    Mask mask = { .arena = a, .addresses = !str_eq(policy, S("secrets only")), .names = str_eq(policy, S("names and addresses")) };
    TRY(draft_evidence(cx, facts, &mask, &e));
    evidence_choose(a, e, m.window, &chosen);
    ModelCall call = { .purpose = "question", .report = x->report_id, .incident = x->incident_id, .by = x->by_id, .mask = &mask,
        .request = { .system = prompt_system(a, facts->locale, facts->time_zone), .user = prompt_question(a, &chosen, x->question), .schema_name = S("claims"),
                     .schema = str_of(claims_schema), .max_tokens = ANSWER_TOKENS } };
    TRY(model_call(cx, &m, &call, &said));
    x->tokens = said.tokens_in + said.tokens_out;
    x->cost_micro = model_cost(cx, &said);
    claims_read(a, said.text, &claims, &starts, &form);
    if (!claims.len && str_find(said.text, S("\"claims\"")) < 0) return fail(a, ERR_INVALID, "%s", "the model did not answer in the form that was asked for");
    claims_judge(a, e, &claims, starts, facts->locale, &all);
    list_each(&all, i) if (!all.at[i].fault.len) *list_add(a, &sound) = all.at[i];
    x->claims = sayings_json(a, &sound);
    x->state = S("answered");
    return OK;
}

Err question_job(Cx *cx, Str payload)
{
    json_t *v;
    Question x;
    TRY(json_parse(cx->arena, payload, &v));
    Err e = get(cx, json_str(v, "question"), &x);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    if (!str_eq(x.state, S("waiting"))) return OK;
    e = answer(cx, &x);
    if (e.info) { x.state = S("failed"); x.error = err_text(cx->arena, e); }
    return cx_write(cx, save, &x);
}

/* ---- what is not known: without any model */

typedef struct Unknown { Str question; } Unknown;
SHAPE(unknown_shape, Unknown, "What the record of an incident does not say", FIELD(Unknown, question, READ_ONLY, "A question, in your language"));

Err unknowns_get(Cx *cx, Req *req, Res *res)
{
    Facts *facts;
    Claims all = { 0 };
    LIST(Unknown) out = { 0 };
    TRY(facts_gather(cx, req_param(req, "incident"), cx->actor.locale, cx->actor.time_zone, S(""), S(""), &facts));
    claims_unknowns(cx->arena, facts, &all);
    list_each(&all, i) *list_add(cx->arena, &out) = (Unknown){ all.at[i].text };
    res_list(cx, res, &unknown_shape, out.at, sizeof *out.at, out.len, (int64_t)out.len, (Cursor){ 0 }, (int64_t)out.len);
    return OK;
}
