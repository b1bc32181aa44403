/* Which changes may have caused an incident: those that took effect shortly before it, weighed by what people look at
 * first. The same facts give the same order, and every proposal says why. The weights are in docs/internals/change.md. */
#include <stdlib.h>
#include "app/fold.h"
#include "base/json.h"
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/change/rules.h"
#include "sql.gen.h"

#define MINUTE_MS 60000LL
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)
enum { LOOK_BACK_HOURS = 24, NEARBY_HOURS = 3, READ_MOST = 200, PROPOSED_MOST = 20, ENOUGH = 30, WORDS_MOST = 40, FIRST_DAYS = 90 };

/* ---- words */

static const char *const idle[] = { "after", "again", "alert", "and", "are", "before", "deploy", "down", "error", "errors", "fail", "failed",
    "fails", "failing", "for", "from", "has", "have", "high", "into", "main", "not", "production", "release", "service", "slow", "some", "that",
    "the", "this", "update", "was", "with", NULL };
static const char *const risky[] = { "revert", "rollback", "roll back", "hotfix", "breaking", "workaround", "temporary", "experimental", "回滚", "紧急", NULL };

static bool is_idle(Str word)
{
    for (size_t i = 0; idle[i]; i++)
        if (str_eq(word, str_of(idle[i]))) return true;
    return word.len < 3;
}

static bool in_word(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9') || u >= 0x80;
}

static void add_word(Arena *a, Str word, Strs *ret)
{
    if (is_idle(word) || ret->len >= WORDS_MOST) return;
    list_each(ret, i)
        if (str_eq(ret->at[i], word)) return;
    *list_add(a, ret) = word;
}

/** Chinese has no spaces: each pair of its characters (three bytes each) counts as a word. */
static void add_pairs(Arena *a, Str run, Strs *ret)
{
    if (run.len == 6) { add_word(a, run, ret); return; }
    for (size_t i = 0; i + 6 <= run.len; i += 3) add_word(a, str_sub(run, i, 6), ret);
}

void change_words(Arena *a, Str text, Strs *ret)
{
    Str low = fold_key(a, text);
    for (size_t i = 0, end; i < low.len; i = end) {
        bool wide = (unsigned char)low.at[i] >= 0xE3;
        for (end = i; end < low.len && in_word(low.at[end]) && ((unsigned char)low.at[end] >= 0x80) == wide; end++) continue;
        if (end == i) { end++; continue; }
        Str run = str_sub(low, i, end - i);
        if (wide && run.len % 3 == 0) add_pairs(a, run, ret);
        else add_word(a, run, ret);
    }
}

/* ---- one change */

static void say(Arena *a, Change *c, const char *reason, Str value, int64_t points)
{
    *list_add(a, &c->why) = (Why){ str_of(reason), value, points };
    c->score += points;
}

static bool has(const Strs *list, Str id)
{
    list_each(list, i)
        if (str_eq(list->at[i], id)) return true;
    return false;
}

/** In the log of a whole day the last minutes say most. */
static int64_t points_of_lead(int64_t lead_ms)
{
    static const struct { int64_t upto_min; int points; } steps[] = {
        { 5, 38 }, { 15, 34 }, { 30, 28 }, { 60, 22 }, { 180, 14 }, { 720, 7 }, { 1440, 3 } };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (lead_ms <= steps[i].upto_min * MINUTE_MS) return steps[i].points;
    return 0;
}

static Str minutes(Arena *a, int64_t ms) { return arena_fmt(a, "%lld", (long long)((ms + MINUTE_MS / 2) / MINUTE_MS)); }

/** The same service, one that it depends on, or one whose name the change has in its words. Long ago it says less. */
static bool judge_services(Arena *a, const Scene *s, Change *c, Str text, bool long_ago)
{
    for (int pass = 0; pass < 2; pass++)
        list_each(&c->service_ids, i)
            if (has(pass ? &s->needs : &s->services, c->service_ids.at[i])) {
                say(a, c, pass ? "dependency" : "service", ref_of(s->names, c->service_ids.at[i]).name, pass ? long_ago ? 14 : 22 : long_ago ? 22 : 35);
                return true;
            }
    list_each(&s->services, i) {
        Str name = ref_of(s->names, s->services.at[i]).name;
        if (name.len < 3 || str_find(text, fold_key(a, name)) < 0) continue;
        say(a, c, "named", name, long_ago ? 12 : 18);
        return true;
    }
    return false;
}

static int64_t label_number(const Json *labels, const char *name)
{
    int64_t n = 0;
    (void)str_int(json_str_at(labels, str_of(name)), &n);
    return n;
}

static void judge_size(Arena *a, const Json *labels, Change *c)
{
    int64_t files = label_number(labels, "files"), commits = label_number(labels, "commits");
    if (files >= 20) say(a, c, "files", json_str_at(labels, S("files")), files >= 100 ? 6 : 3);
    else if (commits >= 10) say(a, c, "commits", json_str_at(labels, S("commits")), commits >= 30 ? 6 : 3);
}

static void judge_words(Arena *a, const Scene *s, Change *c, Str text)
{
    Buf shared = buf_new(a, 1000);
    size_t n = 0;
    list_each(&s->words, i) {
        if (n == 3 || str_find(text, s->words.at[i]) < 0) continue;
        buf_fmt(&shared, "%s" STR_FMT, n++ ? ", " : "", STR_ARG(s->words.at[i]));
    }
    if (n) say(a, c, "words", buf_str(&shared), (int64_t)n * 4);
    for (size_t i = 0; risky[i]; i++)
        if (str_find(text, str_of(risky[i])) >= 0) { say(a, c, "risk", str_of(risky[i]), 5); return; }
}

static void judge_place(Arena *a, const Json *labels, Change *c)
{
    static const char *const elsewhere[] = { "staging", "stage", "test", "testing", "qa", "dev", "development", "preview", "sandbox", "uat", "review" };
    Str place = json_str_at(labels, S("environment"));
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (str_eq_nocase(str_before(place, '/'), str_of(elsewhere[i]))) say(a, c, "elsewhere", place, -30);
}

static void judge_kind(Arena *a, Change *c)
{
    static const struct { const char *kind; int points; } weights[] = {
        { "migration", 8 }, { "config", 7 }, { "feature_flag", 7 }, { "infrastructure", 7 }, { "deploy", 6 }, { "code", 1 } };
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        if (str_eq(c->kind, str_of(weights[i].kind))) say(a, c, "kind", c->kind, weights[i].points);
}

/** What was done while it lasted, and just before it was over, may be what ended it. */
static void judge_fix(Arena *a, const Scene *s, Change *c, Str text)
{
    int64_t done_ms = c->ended_ms ? c->ended_ms : c->occurred_ms;
    if (!s->over_ms || done_ms > s->over_ms + 5 * MINUTE_MS || str_eq(c->state, S("failed"))) { c->score = 0; return; }
    int64_t before_ms = s->over_ms > done_ms ? s->over_ms - done_ms : 0;
    c->proposed = S("fixed");
    say(a, c, "minutes_until_over", minutes(a, before_ms), points_of_lead(before_ms));
    for (size_t i = 0; risky[i]; i++)
        if (i < 3 && str_find(text, str_of(risky[i])) >= 0) { say(a, c, "risk", str_of(risky[i]), 12); return; }
    if (str_find(text, S("fix")) >= 0 || str_find(text, S("回滚")) >= 0) say(a, c, "risk", S("fix"), 12);
}

void change_judge(Arena *a, const Scene *s, bool is_first, Change *c)
{
    const Json *labels = NULL;
    Str text = fold_key(a, arena_fmt(a, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(c->title), STR_ARG(c->description), STR_ARG(c->labels)));
    if (json_read(a, c->labels, &labels).info) labels = NULL;
    c->score = 0;
    int64_t lead_ms = s->began_ms - (c->ended_ms && c->ended_ms < s->began_ms ? c->ended_ms : c->occurred_ms);
    bool near_service = judge_services(a, s, c, text, lead_ms > NEARBY_HOURS * HOUR_MS);
    if (c->occurred_ms > s->began_ms) {
        if (near_service) judge_fix(a, s, c, text);
        judge_place(a, labels, c);
        if (!near_service || c->score < ENOUGH) c->score = 0;
        return;
    }
    bool under_way = c->ended_ms ? c->ended_ms >= s->began_ms : str_eq(c->state, S("in_progress")) && s->began_ms - c->occurred_ms < HOUR_MS;
    c->proposed = S("suspect");
    if (under_way) say(a, c, "under_way", minutes(a, s->began_ms - c->occurred_ms), 40);
    else say(a, c, "minutes_before", minutes(a, lead_ms), points_of_lead(lead_ms));
    judge_kind(a, c);
    if (str_eq(c->state, S("failed"))) say(a, c, "failed", S(""), lead_ms <= HOUR_MS ? 10 : 3);
    judge_size(a, labels, c);
    if (is_first) say(a, c, "first", c->kind, 6);
    judge_words(a, s, c, text);
    judge_place(a, labels, c);
    if (c->score < ENOUGH || (!near_service && lead_ms > HOUR_MS)) c->score = 0;
}

/* ---- all of them */

static Err see(Cx *cx, const Incident *i, Scene *ret)
{
    *ret = (Scene){ .incident = i };
    ret->began_ms = i->impact_started_ms ? i->impact_started_ms : i->detected_ms ? i->detected_ms : i->declared_ms;
    ret->over_ms = i->mitigated_ms ? i->mitigated_ms : i->impact_ended_ms ? i->impact_ended_ms : i->resolved_ms;
    list_each(&i->services, k) ids_add(cx->arena, &ret->services, i->services.at[k].id);
    list_each(&i->impacts, k)
        list_each(&i->impacts.at[k].service_ids, m) ids_add(cx->arena, &ret->services, i->impacts.at[k].service_ids.at[m]);
    TRY(service_needs(cx, ret->services, &ret->needs));
    Strs all = { 0 };
    list_each(&ret->services, k) ids_add(cx->arena, &all, ret->services.at[k]);
    list_each(&ret->needs, k) ids_add(cx->arena, &all, ret->needs.at[k]);
    TRY(service_refs(cx, all, &ret->names));
    change_words(cx->arena, i->title, &ret->words);
    change_words(cx->arena, i->summary, &ret->words);
    return OK;
}

static Err read_between(Cx *cx, const Scene *s, Strs services, int64_t since_ms, Changes *ret)
{
    int64_t until_ms = s->over_ms ? s->over_ms : cx->now_ms;
    Changes found = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_change_select, "since", "until", "unlinked", stmt_if(services.len, "service"), NULL);
    stmt_int(&q, "since_ms", since_ms);
    stmt_int(&q, "until_ms", until_ms);
    stmt_str(&q, "incident", s->incident->id);
    if (services.len) stmt_str(&q, "service", strs_json(cx->arena, services));
    stmt_int(&q, "limit", READ_MOST);
    TRY(change_read(cx, &q, &found));
    list_each(&found, i) {
        bool known = false;
        list_each(ret, k) known |= str_eq(ret->at[k].id, found.at[i].id);
        if (!known) *list_add(cx->arena, ret) = found.at[i];
    }
    return OK;
}

/** Of the candidates those that had no change of their kind on any of their services for FIRST_DAYS; known only where
 *  there is a history of a month. */
static Err find_first(Cx *cx, const Changes *all, Map *ret)
{
    Strs ids = { 0 };
    list_each(all, i) *list_add(cx->arena, &ids) = all->at[i].id;
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_change_first_of_kind);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    stmt_int(&q, "days_ms", FIRST_DAYS * DAY_MS);
    stmt_int(&q, "history_ms", 30 * DAY_MS);
    while (stmt_step(&q)) map_set(ret, stmt_col_str(&q, 0), ret);
    return stmt_end(&q);
}

static int by_score(const void *x, const void *y)
{
    const Change *a = x, *b = y;
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    if (a->occurred_ms != b->occurred_ms) return a->occurred_ms > b->occurred_ms ? -1 : 1;
    return str_cmp(a->id, b->id);
}

Err change_proposals(Cx *cx, Str incident_id, Changes *ret)
{
    Incident incident;
    Scene scene;
    Changes all = { 0 };
    Strs near = { 0 };
    Map *first = map_new(cx->arena);
    TRY(incident_get(cx, incident_id, &incident));
    TRY(see(cx, &incident, &scene));
    list_each(&scene.services, i) ids_add(cx->arena, &near, scene.services.at[i]);
    list_each(&scene.needs, i) ids_add(cx->arena, &near, scene.needs.at[i]);
    if (near.len) TRY(read_between(cx, &scene, near, scene.began_ms - LOOK_BACK_HOURS * HOUR_MS, &all));
    TRY(read_between(cx, &scene, (Strs){ 0 }, scene.began_ms - NEARBY_HOURS * HOUR_MS, &all));
    TRY(find_first(cx, &all, first));
    list_each(&all, i) {
        change_judge(cx->arena, &scene, map_get(first, all.at[i].id) != NULL, &all.at[i]);
        if (all.at[i].score > 0) *list_add(cx->arena, ret) = all.at[i];
    }
    if (ret->len) qsort(ret->at, ret->len, sizeof *ret->at, by_score);
    if (ret->len > PROPOSED_MOST) ret->len = PROPOSED_MOST;
    return OK;
}
