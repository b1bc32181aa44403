/* How good drafts are: whole incidents (evidence, and what a careful engineer would write) in tests/eval, drafted by rules and, when one is
 * named, by a model. Counts the engineer's facts that the draft says, what it says that is wrong, claims that the evidence does not support,
 * questions it leaves to people, and the length of its sentences.
 *
 *     make eval          EVAL_PROVIDER=openai EVAL_BASE_URL=http://127.0.0.1:11434/v1 EVAL_MODEL=… EVAL_KEY=… EVAL_ALLOW=127.0.0.1 make eval */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/time.h"
#include "document/words.h"
#include "feature/draft/draft.h"
#include "feature/template/prose.h"
#include "port/llm.h"

typedef struct Score { int facts, covered, wrong, claims, unsupported, questions; size_t words, sentences; } Score;

/* ---- an incident from its file */

static int64_t at(const json_t *o, const char *key)
{
    int64_t ms = 0;
    Str text = json_str(o, key);
    if (text.len && !time_parse(text, &ms)) { fprintf(stderr, "%s is no time: " STR_FMT "\n", key, STR_ARG(text)); exit(1); }
    return ms;
}

static void incident_of(Arena *a, const json_t *o, Incident *i)
{
    size_t k;
    json_t *x;
    *i = (Incident){ .id = S("i"), .reference = S("INC-1"), .title = json_str(o, "title"), .summary = json_str(o, "summary"), .kind = json_str(o, "kind"), .severity = json_str(o, "severity"),
        .status = S("resolved"), .detection = json_str(o, "detection"), .trigger = json_str(o, "trigger"), .trigger_note = json_str(o, "trigger_note"),
        .impact_started_ms = at(o, "began"), .detected_ms = at(o, "detected"), .declared_ms = at(o, "declared"), .acknowledged_ms = at(o, "acknowledged"),
        .mitigated_ms = at(o, "mitigated"), .resolved_ms = at(o, "resolved"), .impact_ended_ms = at(o, "ended"), .declared_how = S("manual") };
    if (!i->kind.len) i->kind = S("standard");
    if (!i->trigger.len) i->trigger = S("unknown");
    json_array_foreach(json_object_get(o, "services"), k, x) *list_add(a, &i->services) = (Ref){ str_of(json_string_value(x)), str_of(json_string_value(x)) };
    json_array_foreach(json_object_get(o, "causes"), k, x) *list_add(a, &i->causes) = (Cause){ json_str(x, "name"), json_str(x, "name"), json_str(x, "note") };
    json_array_foreach(json_object_get(o, "roles"), k, x)
        *list_add(a, &i->roles) = (RoleHolder){ .role = json_str(x, "role"), .user = { json_str(x, "name"), json_str(x, "name"), 1 }, .joined_ms = i->declared_ms };
    json_array_foreach(json_object_get(o, "impacts"), k, x)
        *list_add(a, &i->impacts) = (Impact){ .id = arena_fmt(a, "m%zu", k), .kind = json_str(x, "kind"), .title = json_str(x, "title"), .started_ms = at(x, "from"), .ended_ms = at(x, "to"),
            .customers_affected = json_integer_value(json_object_get(x, "customers")), .requests_affected = json_integer_value(json_object_get(x, "requests")) };
    incident_metrics(a, i);
}

static int by_time(const void *x, const void *y)
{
    const TimelineEvent *a = x, *b = y;
    return a->occurred_ms < b->occurred_ms ? -1 : a->occurred_ms > b->occurred_ms;
}

static Facts *facts_of(Arena *a, const json_t *file)
{
    size_t k;
    json_t *x;
    Facts *f = arena_make(a, Facts);
    f->locale = json_str(file, "language");
    f->time_zone = S("UTC");
    incident_of(a, json_object_get(file, "incident"), &f->incident);
    json_array_foreach(json_object_get(file, "alerts"), k, x)
        *list_add(a, &f->alerts) = (Alert){ .id = arena_fmt(a, "a%zu", k), .title = json_str(x, "title"), .severity = f->incident.severity, .started_ms = at(x, "at"), .ended_ms = at(x, "until"),
            .source = { .name = S("Alertmanager") }, .labels = S("{}") };
    json_array_foreach(json_object_get(file, "changes"), k, x)
        *list_add(a, &f->changes) = (Change){ .id = arena_fmt(a, "c%zu", k), .title = json_str(x, "title"), .kind = json_str(x, "kind"), .author = json_str(x, "by"),
            .relation = json_str(x, "relation"), .occurred_ms = at(x, "at"), .labels = S("{}") };
    json_array_foreach(json_object_get(file, "events"), k, x)
        *list_add(a, &f->events) = (TimelineEvent){ .id = arena_fmt(a, "e%zu", k), .kind = json_str(x, "kind"), .title = json_str(x, "title"), .body = json_str(x, "body"), .occurred_ms = at(x, "at"),
            .actor = { json_str(x, "by"), json_str(x, "by"), 1 }, .state = json_str(x, "state"), .state_ms = at(x, "state_at"), .hand_made = true, .data = S("{}"),
            .visibility = json_is_true(json_object_get(x, "external")) ? S("external") : S("internal") };
    if (f->events.len) qsort(f->events.at, f->events.len, sizeof *f->events.at, by_time);
    return f;
}

/* ---- scores */

/** Every part of a fact is said, in any case; spaces do not count. */
static bool says(Arena *a, Str text, const json_t *fact)
{
    size_t i;
    json_t *part;
    (void)a;
    json_array_foreach(fact, i, part)
        if (str_find(text, ground_fold(a, str_of(json_string_value(part)))) < 0) return false;
    return true;
}

static void weigh(Arena *a, const json_t *file, Str text, Score *s)
{
    size_t i;
    json_t *x;
    Str low = ground_fold(a, text);
    json_array_foreach(json_object_get(file, "facts"), i, x) {
        s->facts++;
        if (says(a, low, x)) s->covered++;
        else if (getenv("EVAL_SHOW")) printf("    not said: " STR_FMT "\n", STR_ARG(json_text(a, x)));
    }
    json_array_foreach(json_object_get(file, "never"), i, x)
        if (str_find(low, ground_fold(a, str_of(json_string_value(x)))) >= 0) s->wrong++;
}

static void count(Str sentence, Score *s)
{
    bool in_word = false;
    s->sentences++;
    for (size_t i = 0; i < sentence.len; i++) {
        unsigned char c = (unsigned char)sentence.at[i];
        if (c >= 0xE3) { s->words++; i += 2; in_word = false; continue; }
        if (c == ' ') in_word = false;
        else if (!in_word) { s->words++; in_word = true; }
    }
}

/** What a claim rests on, as numbers; the record of the incident is always among it. */
static void cite(Arena *a, const EvidenceSet *e, const Claim *c, Statement *s)
{
    for (size_t i = 0; i < e->pieces.len && s->evidence.len < CITED_MOST; i++) {
        const Piece *p = &e->pieces.at[i];
        bool cited = str_eq(p->kind, S("record")) || str_eq(p->kind, S("role")) || str_eq(p->kind, S("impact"));
        list_each(&c->sources, k) cited = cited || str_eq(c->sources.at[k].id, p->id);
        if (cited) *list_add(a, &s->evidence) = evidence_number(a, i);
    }
}

static void by_rules(Arena *a, const json_t *file, Facts *f, Score *s)
{
    static void (*const all[])(Arena *, const Facts *, Claims *) = { claims_overview, claims_impact, claims_detection, claims_causes, claims_response, claims_communication, claims_went_well,
        claims_went_poorly, claims_proposals, claims_unknowns };
    EvidenceSet *e = evidence_of(a, f);
    evidence_ready(e);
    Buf text = buf_new(a, 1 << 20);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        Claims claims = { 0 };
        all[i](a, f, &claims);
        list_each(&claims, k) {
            const Claim *c = &claims.at[k];
            if (c->asks) { s->questions++; buf_fmt(&text, STR_FMT "\n", STR_ARG(c->text)); continue; }
            if (all[i] == claims_proposals) { buf_fmt(&text, STR_FMT "\n", STR_ARG(c->text)); continue; }      /* somebody's words as they stand */
            Statement said = { .text = c->text };
            cite(a, e, c, &said);
            Verdict v = ground_check(a, e, &said);
            s->claims++;
            s->unsupported += v.fault != FAULT_NONE;
            if (v.fault && getenv("EVAL_SHOW")) printf("    " STR_FMT "\n        " STR_FMT "\n", STR_ARG(c->text), STR_ARG(verdict_text(a, &v, S("en"))));
            count(c->text, s);
            buf_fmt(&text, STR_FMT STR_FMT "\n", STR_ARG(c->lead), STR_ARG(c->text));
        }
    }
    if (getenv("EVAL_TEXT")) printf(STR_FMT "\n", STR_ARG(buf_str(&text)));
    weigh(a, file, buf_str(&text), s);
}

static const char *env(const char *name) { const char *v = getenv(name); return v ? v : ""; }

static void by_model(Arena *a, const json_t *file, Facts *f, const Llm *llm, Score *s)
{
    static const char *const parts[][2] = { { "Summary", "What happened, to whom, how long, how it ended" }, { "Detection", "Who noticed, how late" }, { "Root causes", "Why it was possible; what was thought first" },
        { "Response", "What was done, in order" } };
    EvidenceSet *e = evidence_of(a, f);
    evidence_ready(e);
    Chosen chosen;
    Buf text = buf_new(a, 1 << 20);
    evidence_choose(a, e, 16000, &chosen);
    LlmConfig config = { .base_url = str_of(env("EVAL_BASE_URL")), .key = str_of(env("EVAL_KEY")), .model = str_of(env("EVAL_MODEL")), .allow = str_of(env("EVAL_ALLOW")), .connect_ms = 10000,
                         .total_ms = 300000, .retries = 3 };
    for (size_t i = 0; i < 4; i++) {
        Section section = { .heading = str_of(parts[i][0]), .guide = str_of(parts[i][1]), .ai = S("on") };
        LlmRequest r = { .system = prompt_system(a, f->locale, f->time_zone), .user = prompt_section(a, e, &chosen, &section, S("")), .schema_name = S("claims"), .schema = str_of(claims_schema),
                         .max_tokens = 4000 };
        LlmAnswer answer;
        Err err = llm_ask(llm, a, &config, &r, &answer);
        if (err.info) { fprintf(stderr, STR_FMT "\n", STR_ARG(err_text(a, err))); exit(1); }
        Statements claims;
        Sayings all = { 0 };
        bool *starts;
        Str form;
        claims_read(a, answer.text, &claims, &starts, &form);
        claims_judge(a, e, &claims, starts, S("en"), &all);
        list_each(&all, k) {
            s->claims++;
            if (all.at[k].fault.len) { s->unsupported++; continue; }
            count(all.at[k].text, s);
            buf_fmt(&text, STR_FMT "\n", STR_ARG(all.at[k].text));
        }
    }
    weigh(a, file, buf_str(&text), s);
}

/* ---- all of them */

static void print(const char *name, const char *language, const char *kind, const Score *s)
{
    printf("| %s | %s | %s | %d of %d | %d | %d of %d | %d | %.0f |\n", name, language, kind, s->covered, s->facts, s->wrong, s->unsupported, s->claims, s->questions,
           s->sentences ? (double)s->words / (double)s->sentences : 0);
}

static void sum(Score *all, const Score *s)
{
    all->facts += s->facts; all->covered += s->covered; all->wrong += s->wrong; all->claims += s->claims; all->unsupported += s->unsupported; all->questions += s->questions;
    all->words += s->words; all->sentences += s->sentences;
}

static int by_name(const struct dirent **x, const struct dirent **y) { return strcmp((*x)->d_name, (*y)->d_name); }
static int is_json(const struct dirent *d) { return str_ends(str_of(d->d_name), S(".json")); }

static int run(const char *folder, const Llm *llm)
{
    struct dirent **files;
    int n = scandir(folder, &files, is_json, by_name);
    Score all = { 0 };
    if (n <= 0) { fprintf(stderr, "%s holds no incidents\n", folder); return 1; }
    printf("\n%s\n\n| incident | | kind | facts said | wrong | claims without support | questions | words a sentence |\n|---|---|---|---|---|---|---|---|\n", llm ? env("EVAL_MODEL") : "Writer without AI");
    for (int i = 0; i < n; i++) {
        auto_arena a = arena_new(1 << 20);
        json_t *file = json_load_file(arena_fmt(a, "%s/%s", folder, files[i]->d_name).at, 0, NULL);
        if (!file) { fprintf(stderr, "%s is no JSON\n", files[i]->d_name); return 1; }
        Score s = { 0 };
        Facts *f = facts_of(a, file);
        if (llm) by_model(a, file, f, llm, &s);
        else by_rules(a, file, f, &s);
        Str name = str_of(files[i]->d_name);
        print(arena_str(a, str_sub(name, 0, name.len - 5)).at, arena_cstr(a, f->locale), arena_cstr(a, json_str(file, "kind")), &s);
        sum(&all, &s);
        json_decref(file);
        free(files[i]);
    }
    free(files);
    print("**all**", "", "", &all);
    return all.wrong || (!llm && all.unsupported) ? 1 : 0;
}

int main(int argc, char **argv)
{
    const Llm *llm = llm_find(str_of(env("EVAL_PROVIDER")));
    const char *folder = argc > 1 ? argv[1] : "tests/eval";
    int bad = run(folder, NULL);
    return llm ? run(folder, llm) || bad : bad;
}
