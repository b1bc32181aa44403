/* A section as a job: evidence, the model, the check, one repair, the document. The row says how far it is, so that the job may be run
 * again by another node after this one died; until then what was placed stays placed. */
#include "base/id.h"
#include "base/time.h"
#include "document/document.h"
#include "feature/draft/draft.h"
#include "sql.gen.h"

enum { ANSWER_TOKENS = 6000, SHOW_EVERY_MS = 1500 };

/* ---- rows */

static Draft row(Stmt *q)
{
    return (Draft){ .id = stmt_col_str(q, 0), .report_id = stmt_col_str(q, 1), .section = stmt_col_str(q, 2), .incident_id = stmt_col_str(q, 3), .state = stmt_col_str(q, 4),
        .wish = stmt_col_str(q, 5), .time_zone = stmt_col_str(q, 6), .form = stmt_col_str(q, 7), .claims = stmt_col_str(q, 8), .placed = stmt_col_str(q, 9),
        .error = stmt_col_str(q, 10), .model = stmt_col_str(q, 11), .tokens_in = stmt_col_int(q, 12), .tokens_out = stmt_col_int(q, 13), .cost_micro = stmt_col_int(q, 14),
        .pieces = stmt_col_int(q, 15), .pieces_read = stmt_col_int(q, 16), .by_id = stmt_col_str(q, 17), .updated_ms = stmt_col_int(q, 18), .version = stmt_col_int(q, 19) };
}

Err draft_get(Cx *cx, Str report, Str section, Draft *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_section_get);
    stmt_str(&q, "report", report);
    stmt_str(&q, "section", section);
    bool found = stmt_step(&q);
    if (found) *ret = row(&q);
    TRY(stmt_end(&q));
    return found ? OK : fail(cx->arena, ERR_NOT_FOUND, "nothing was drafted for the section " STR_FMT, STR_ARG(section));
}

Err draft_list(Cx *cx, Str report, Drafts *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_section_list);
    stmt_str(&q, "report", report);
    while (stmt_step(&q)) *list_add(cx->arena, ret) = row(&q);
    return stmt_end(&q);
}

Err draft_save(Cx *cx, const Draft *d)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_section_save);
    stmt_str(&q, "report", d->report_id);
    stmt_str(&q, "section", d->section);
    stmt_str(&q, "state", d->state);
    stmt_str(&q, "form", d->form);
    stmt_str(&q, "claims", d->claims);
    stmt_str(&q, "placed", d->placed);
    stmt_str(&q, "error", d->error);
    stmt_str(&q, "model", d->model);
    stmt_int(&q, "tokens_in", d->tokens_in);
    stmt_int(&q, "tokens_out", d->tokens_out);
    stmt_int(&q, "cost_micro", d->cost_micro);
    stmt_int(&q, "pieces", d->pieces);
    stmt_int(&q, "pieces_read", d->pieces_read);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

Err draft_touch(Cx *cx, const Report *r, Str section)
{
    (void)section;
    return live_touch(cx, arena_fmt(cx->arena, "report:" STR_FMT, STR_ARG(r->id)), "drafted", r->id, 0, r->audience);
}

void draft_heard(App *app, Str channel, Str payload)
{
    (void)app;
    if (str_eq(channel, S("draft_stop"))) running_stop(payload);
}

/* ---- the work */

typedef struct Work {
    Cx *cx;
    Draft draft;
    Report report;
    EvidenceSet *evidence;
    Sayings sayings;
    Mask *mask;
    /* while it comes */
    Buf heard;
    size_t shown;
    int64_t shown_ms;
    bool cancelled, placed;
} Work;

static bool is_over(const Draft *d) { return !str_eq(d->state, S("waiting")) && !str_eq(d->state, S("writing")); }

/** The row as it stands now: cancelled meanwhile? */
static Err note(Cx *cx, void *arg)
{
    Work *w = arg;
    Draft now;
    TRY(draft_get(cx, w->draft.report_id, w->draft.section, &now));
    w->cancelled = is_over(&now);
    if (w->cancelled) return OK;
    TRY(draft_save(cx, &w->draft));
    return draft_touch(cx, &w->report, w->draft.section);
}

static Err put(Cx *cx, void *arg)
{
    Work *w = arg;
    Draft now, *d = &w->draft;
    TRY(draft_get(cx, d->report_id, d->section, &now));
    w->cancelled = is_over(&now);
    if (w->cancelled) return OK;
    d->placed = now.placed;
    TRY(place_put(cx, d, &w->sayings, w->report.language, PLACE_IF_UNTOUCHED, &w->placed));
    if (str_eq(d->state, S("placed")) && !w->placed) d->state = S("offered");
    d->claims = sayings_json(cx->arena, &w->sayings);
    TRY(draft_save(cx, d));
    return draft_touch(cx, &w->report, d->section);
}

/** Into the arena of the job: what a write makes in its own may be gone. */
static void keep_text(Work *w) { w->draft.placed = arena_str(w->cx->arena, w->draft.placed); w->draft.claims = arena_str(w->cx->arena, w->draft.claims); }

/** As it comes: claims that are whole and supported go into the document. */
static void hear(void *arg, Str text)
{
    Work *w = arg;
    if (!text.len) { buf_clear(&w->heard); return; }
    buf_add(&w->heard, text);
    int64_t now = clock_monotonic_ms();
    if (now - w->shown_ms < SHOW_EVERY_MS) return;
    w->shown_ms = now;
    auto_arena a = arena_new(64 << 10);
    Statements claims;
    Sayings all = { 0 }, sound = { 0 };
    bool *starts;
    Mask mask = *w->mask;
    mask.arena = a;
    claims_read(a, mask_back(&mask, buf_str(&w->heard)), &claims, &starts, &w->draft.form);
    claims_judge(a, w->evidence, &claims, starts, w->report.language, &all);
    list_each(&all, i) if (!all.at[i].fault.len) *list_add(a, &sound) = all.at[i];
    if (sound.len <= w->shown) return;
    Work show = *w;
    Cx cx = *w->cx;
    cx.arena = a;
    show.sayings = sound;
    if (cx_write(&cx, put, &show).info) return;              /* it is shown at the end */
    w->draft.placed = arena_str(w->cx->arena, show.draft.placed);
    w->shown = sound.len;
}

static void add_up(Work *w, const LlmAnswer *answer)
{
    Cx *cx = w->cx;
    w->draft.model = answer->model;
    w->draft.tokens_in += answer->tokens_in;
    w->draft.tokens_out += answer->tokens_out;
    w->draft.cost_micro += model_cost(cx, answer);
}

static Err section_of(Cx *cx, const Work *w, Section *ret)
{
    Template t;
    DocNode *doc;
    *ret = (Section){ .ai = S("on") };
    Err e = template_get(cx, w->report.template.id, &t);
    if (!e.info) list_each(&t.sections, i) if (str_eq(t.sections.at[i].key, w->draft.section)) *ret = t.sections.at[i];
    TRY(document_read(cx, w->report.id, &doc));
    SectionPlace p = place_of(doc, w->draft.section);
    if (!p.at) return fail(cx->arena, ERR_CONFLICT, "%s", "this section is no longer in the text");
    ret->heading = str_trim(doc_plain(cx->arena, p.at));
    return OK;
}

/** One more round for what failed: a claim that stands now takes the place of the one that did not. */
static void repair(Work *w, const Model *m, ModelCall *call, const Chosen *chosen)
{
    Arena *a = w->cx->arena;
    LlmAnswer answer = { 0 };
    Statements claims;
    Sayings again = { 0 };
    bool *starts;
    Str form;
    call->purpose = "repair";
    call->request.user = prompt_repair(a, w->evidence, chosen, &w->sayings);
    call->request.piece = NULL;
    if (model_call(w->cx, m, call, &answer).info) return;    /* what failed stays marked */
    add_up(w, &answer);
    claims_read(a, answer.text, &claims, &starts, &form);
    claims_judge(a, w->evidence, &claims, starts, w->report.language, &again);
    size_t k = 0;
    list_each(&w->sayings, i) {
        if (!w->sayings.at[i].fault.len || k >= again.len) continue;
        bool said = false;
        list_each(&w->sayings, j) said = said || str_eq(w->sayings.at[j].text, again.at[k].text);
        if (!again.at[k].fault.len && !said) { again.at[k].starts = w->sayings.at[i].starts; w->sayings.at[i] = again.at[k]; }
        k++;
    }
}

static void drop_failing(Sayings *all)
{
    size_t n = 0;
    list_each(all, i) if (!all->at[i].fault.len) all->at[n++] = all->at[i];
    all->len = n;
}

static Err write_section(Work *w, const atomic_bool *stop)
{
    Cx *cx = w->cx;
    Arena *a = cx->arena;
    Model m;
    Section section;
    Facts *facts;
    Chosen chosen;
    LlmAnswer answer = { 0 };
    Statements claims;
    bool *starts;
    Str policy = setting_str(cx, "ai.mask"), locale = w->report.language;
    TRY(model_open(cx, &m));
    TRY(facts_gather(cx, w->draft.incident_id, locale, w->draft.time_zone, w->report.owner.name, w->report.audience, &facts));
    TRY(model_may_read(cx, &facts->incident));
    TRY(section_of(cx, w, &section));
    Mask mask = { .arena = a, .addresses = !str_eq(policy, S("secrets only")), .names = str_eq(policy, S("names and addresses")) };
    TRY(draft_evidence(cx, facts, &mask, &w->evidence));
    w->mask = &mask;
    evidence_choose(a, w->evidence, m.window, &chosen);
    w->draft.pieces = (int64_t)w->evidence->pieces.len;
    w->draft.pieces_read = (int64_t)chosen.len;
    w->draft.state = S("writing");
    TRY(cx_write(cx, note, w));
    if (w->cancelled) return OK;
    ModelCall call = { .purpose = "section", .report = w->report.id, .incident = facts->incident.id, .section = w->draft.section, .by = w->draft.by_id, .mask = &mask,
        .request = { .system = prompt_system(a, locale, facts->time_zone), .user = prompt_section(a, w->evidence, &chosen, &section, w->draft.wish), .schema_name = S("claims"),
                     .schema = str_of(claims_schema), .max_tokens = ANSWER_TOKENS, .stop = stop, .piece = hear, .arg = w } };
    TRY(model_call(cx, &m, &call, &answer));
    add_up(w, &answer);
    if (str_eq(answer.ended, S("refused"))) return fail(a, ERR_INVALID, "%s", "the model refused to write this section");
    claims_read(a, answer.text, &claims, &starts, &w->draft.form);
    if (!claims.len && str_find(answer.text, S("\"claims\"")) < 0) return fail(a, ERR_INVALID, "%s", "the model did not answer in the form that was asked for");
    claims_judge(a, w->evidence, &claims, starts, locale, &w->sayings);
    if (sayings_failing(&w->sayings)) repair(w, &m, &call, &chosen);
    if (str_eq(setting_str(cx, "ai.unsupported"), S("drop"))) drop_failing(&w->sayings);
    if (!w->sayings.len) return fail(a, ERR_CONFLICT, "%s", claims.len ? "nothing that the model wrote is supported by the evidence" : "the evidence says nothing for this section");
    w->draft.state = S("placed");
    return cx_write(cx, put, w);
}

static Err failed(Cx *cx, void *arg)
{
    Work *w = arg;
    w->draft.state = S("failed");
    return note(cx, w);
}

Err draft_section_job(Cx *cx, Str payload)
{
    json_t *v;
    Work w = { .cx = cx, .heard = buf_new(cx->arena, 1 << 20) };
    TRY(json_parse(cx->arena, payload, &v));
    Err e = draft_get(cx, json_str(v, "report"), json_str(v, "section"), &w.draft);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    if (is_over(&w.draft)) return OK;
    TRY(report_get(cx, w.draft.report_id, &w.report));
    w.draft.error = S("");
    const atomic_bool *stop = running_begin(w.draft.id);
    e = write_section(&w, stop);
    running_end(w.draft.id);
    keep_text(&w);
    if (!e.info) return OK;
    w.draft.error = err_text(cx->arena, e);
    return cx_write(cx, failed, &w);
}
