/* What a careful colleague would miss in a report, beyond its form: figures, times, causes, customers, pictures, follow-ups. Each rule
 * says what is missing by name, so that the screen can lead there; which of them block publication is a setting. */
#include "feature/review/readiness.h"
#include "app/app.h"
#include "base/utf8.h"
#include "document/document.h"
#include "feature/check/check.h"
#include "feature/followup/followup.h"
#include "feature/timeline/timeline.h"

const char *const readiness_rules[] = { "impact", "times", "detection", "causes", "checks", "vague", "customers", "alt_text", NULL };

enum { LATE_MS = 600000, EXPLAINED_WORDS = 15, NAMES_MOST = 20 };

static ReviewRule *rule(Arena *a, ReviewRules *out, const char *name)
{
    ReviewRule *r = list_add(a, out);
    *r = (ReviewRule){ .rule = str_of(name), .state = S("done") };
    return r;
}

static void missing(Arena *a, ReviewRule *r, Str name)
{
    r->count++;
    if (r->names.len < NAMES_MOST) *list_add(a, &r->names) = name;
}

/* ---- the incident */

static bool is_quantified(const Report *r, const Incident *i)
{
    list_each(&i->impacts, k) if (i->impacts.at[k].customers_affected > 0 || i->impacts.at[k].requests_affected > 0 || i->impacts.at[k].cost > 0) return true;
    list_each(&r->metrics, k)
        if (str_eq(r->metrics.at[k].key, S("customers_affected")) && str_eq(r->metrics.at[k].source, S("override")) && r->metrics.at[k].value.len) return true;
    return false;
}

/** Missing ones, and those that stand before what must come first. A near miss has no impact. */
static void times(Arena *a, ReviewRule *r, const Incident *i)
{
    bool near_miss = str_eq(i->kind, S("near_miss"));
    const struct { const char *name; int64_t at; bool needed; } all[] = {
        { "impact_started_at", i->impact_started_ms, !near_miss }, { "detected_at", i->detected_ms, true }, { "mitigated_at", i->mitigated_ms, !near_miss }, { "resolved_at", i->resolved_ms, true } };
    int64_t before = 0;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        if (all[k].at ? all[k].at < before : all[k].needed) missing(a, r, str_of(all[k].name));
        if (all[k].at > before) before = all[k].at;
    }
}

/* ---- the text */

static bool holds(Str heading, const char *const *words)
{
    for (size_t i = 0; words[i]; i++) if (str_find(heading, str_of(words[i])) >= 0) return true;
    return false;
}

static int64_t words_in(Str text)
{
    int64_t n = 0;
    for (size_t i = 0, w, inside = 0; i < text.len; i += w) {
        uint32_t c = utf8_next(text, i, &w);
        bool letter = c > ' ' && c != 0x3000;
        n += c >= 0x2E80 || (letter && !inside);
        inside = letter && c < 0x2E80;
    }
    return n;
}

/** What people would read in the section of this key, or whose heading holds one of the words; -1: there is none. */
static int64_t section_words(Arena *a, const DocNode *doc, const char *key, const char *const *words)
{
    int64_t n = -1;
    list_each(&doc->children, i) {
        const DocNode *c = doc->children.at[i];
        bool heading = doc_is(c, "heading") && (doc_get_int(c, "level", 2) <= 2 || doc_get(c, "section").len);
        if (heading && n >= 0) break;
        if (heading && (str_eq(doc_get(c, "section"), str_of(key)) || holds(doc_plain(a, c), words))) n = 0;
        else if (n >= 0) n += words_in(doc_plain(a, c));
    }
    return n;
}

static void pictures(Arena *a, ReviewRule *r, const DocNode *n, int *seen, int depth)
{
    if (doc_is(n, "image")) {
        ++*seen;
        if (!str_trim(doc_get(n, "alt")).len) missing(a, r, doc_get(n, "caption").len ? doc_get(n, "caption") : arena_fmt(a, "%d", *seen));
    }
    list_each(&n->children, i) if (depth < DOC_MAX_DEPTH) pictures(a, r, n->children.at[i], seen, depth + 1);
}

/** Nobody named a factor, or the text names a person as the cause: "why" was asked once too few. */
static Err causes(Cx *cx, ReviewRule *r, const Report *report, const Incident *i)
{
    WordingFounds found = { 0 };
    TRY(check_report_wording(cx, report->id, &found));
    list_each(&found, k) {
        Str by = found.at[k].rule;
        if (str_eq(by, S("person_as_cause")) || str_eq(by, S("human_error"))) missing(cx->arena, r, found.at[k].words);
    }
    if (!i->causes.len) missing(cx->arena, r, i->reference);
    return OK;
}

/* ---- follow-ups */

/** Verbs after which nobody knows when it is done. */
static bool is_vague(Str title)
{
    static const char *const en[] = { "improve", "investigate", "look into", "look at", "consider", "think about", "discuss", "explore", "be more", "be careful", "pay attention", "try to", "make sure", "ensure",
        "review", "revisit", "monitor more", "better", "more monitoring", "raise awareness", "educate", "remind", NULL };
    static const char *const zh[] = { "优化", "改进", "加强", "提高", "关注", "研究", "考虑", "注意", "讨论", "完善", "重视", "尽量", "提醒", "规范", "梳理", NULL };
    Str s = str_trim(title);
    for (size_t i = 0; en[i]; i++) {
        Str word = str_of(en[i]);
        if (s.len >= word.len && str_eq_nocase(str_sub(s, 0, word.len), word) && (s.len == word.len || s.at[word.len] == ' ')) return true;
    }
    for (size_t i = 0; zh[i]; i++) if (str_starts(s, str_of(zh[i]))) return true;
    return false;
}

static Err follow_ups(Cx *cx, ReviewRule *checks, ReviewRule *vague, const Report *report)
{
    FollowUpFilter f = { .open = true, .sort = S("due") };
    FollowUps all = { 0 };
    *list_add(cx->arena, &f.report) = report->id;
    TRY(followup_list(cx, &f, (Cursor){ 0 }, 200, &all));
    list_each(&all, i) {
        FollowUp whole;
        TRY(followup_get(cx, all.at[i].id, &whole));
        if (!str_trim(whole.effectiveness_check).len) missing(cx->arena, checks, whole.reference);
        if (is_vague(whole.title)) missing(cx->arena, vague, whole.reference);
    }
    return OK;
}

/* ---- customers */

static Err was_told(Cx *cx, const Incident *i, bool *ret)
{
    TimelineEvents all = { 0 };
    TimelineFilter filter = { 0 };
    *list_add(cx->arena, &filter.kind) = S("notice_posted");
    TRY(timeline_list(cx, i->id, &filter, (Cursor){ 0 }, 1, &all));
    *ret = all.len > 0;
    return OK;
}

static Err of_incident(Cx *cx, const Report *report, const DocNode *doc, ReviewRules *out, size_t first)
{
    static const char *const found[] = { "etection", "ound out", "发现", "检测", NULL }, *const told[] = { "ommunicat", "ustomer", "沟通", "客户", "通知", "公告", NULL };
    Arena *a = cx->arena;
    list_each(&report->incidents, k) {
        Incident i;
        bool notice = false;
        TRY(incident_get(cx, report->incidents.at[k].id, &i));
        bool near_miss = str_eq(i.kind, S("near_miss")), grave = str_eq(i.severity, S("SEV-1")) || str_eq(i.severity, S("SEV-2"));
        if (!near_miss && !is_quantified(report, &i)) missing(a, &out->at[first], i.reference);
        times(a, &out->at[first + 1], &i);
        if (i.impact_started_ms && i.detected_ms - i.impact_started_ms > LATE_MS && section_words(a, doc, "detection", found) < EXPLAINED_WORDS) missing(a, &out->at[first + 2], i.reference);
        TRY(causes(cx, &out->at[first + 3], report, &i));
        TRY(was_told(cx, &i, &notice));
        if (grave && !near_miss && !notice && section_words(a, doc, "communication", told) < EXPLAINED_WORDS) missing(a, &out->at[first + 6], i.reference);
    }
    return OK;
}

bool readiness_blocks(Cx *cx, Str name)
{
    for (Str rest = setting_str(cx, "report.must_be_in_order"), one; str_next(&rest, ',', &one);) if (str_eq(str_trim(one), name)) return true;
    return false;
}

Err readiness_look(Cx *cx, const Report *report, const DocNode *doc, ReviewRules *ret)
{
    size_t first = ret->len;
    int seen = 0;
    for (size_t i = 0; readiness_rules[i]; i++) (void)rule(cx->arena, ret, readiness_rules[i]);
    TRY(of_incident(cx, report, doc, ret, first));
    TRY(follow_ups(cx, &ret->at[first + 4], &ret->at[first + 5], report));
    pictures(cx->arena, &ret->at[first + 7], doc, &seen, 0);
    for (size_t i = first; i < ret->len; i++)
        if (ret->at[i].count) ret->at[i].state = readiness_blocks(cx, ret->at[i].rule) ? S("blocks") : S("open");
    return OK;
}

/* ---- the policy */

static Err check_rules(Cx *cx, Str value)
{
    for (Str rest = value, one; str_next(&rest, ',', &one);) {
        bool known = !str_trim(one).len;
        for (size_t i = 0; readiness_rules[i]; i++) known = known || str_eq(str_trim(one), str_of(readiness_rules[i]));
        if (!known) return fail_field(cx->arena, S("report.must_be_in_order"), "there is no rule \"" STR_FMT "\"; there are impact, times, detection, causes, checks, vague, customers and alt_text", STR_ARG(str_trim(one)));
    }
    return OK;
}

const Setting readiness_settings[] = {
    { .key = "report.must_be_in_order", .type = SETTING_TEXT, .standard = "", .title = "What must be in order before publishing", .max = 200, .check = check_rules,
      .help = "Of impact, times, detection, causes, checks, vague, customers, alt_text, divided by commas; nobody publishes a report before. Empty: none of them" },
    { 0 },
};

/** In the transaction of publishing: what must be in order and is not refuses it. */
static Err published(Cx *cx, const Event *e)
{
    Report r;
    DocNode *doc;
    ReviewRules all = { 0 };
    Cx whole = *cx;
    if (!str_trim(setting_str(cx, "report.must_be_in_order")).len) return OK;
    whole.actor = (Actor){ .role = ROLE_ADMIN, .scopes = SCOPE_ALL, .locale = cx->actor.locale, .time_zone = cx->actor.time_zone };
    TRY(report_get(&whole, e->object, &r));
    TRY(document_read(cx, r.id, &doc));
    TRY(readiness_look(&whole, &r, doc, &all));
    list_each(&all, i) {
        if (!str_eq(all.at[i].state, S("blocks"))) continue;
        static const struct { const char *rule, *says; } words[] = {
            { "impact", "the impact is not quantified" }, { "times", "times are missing or out of order" }, { "detection", "it is not explained why it was noticed late" },
            { "causes", "the causes stop at a person, or none is named" }, { "checks", "follow-ups have no check of their effect" }, { "vague", "follow-ups do not say when they are done" },
            { "customers", "nothing says what customers were told" }, { "alt_text", "pictures have no text for people who do not see them" } };
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (str_eq(all.at[i].rule, str_of(words[k].rule)))
                return fail(cx->arena, ERR_CONFLICT, STR_FMT " cannot be published yet: %s (" STR_FMT ")", STR_ARG(r.reference), words[k].says,
                            STR_ARG(all.at[i].names.len ? all.at[i].names.at[0] : all.at[i].rule));
    }
    return OK;
}

const Listener readiness_listeners[] = { { "report.published", LISTEN_NOW, published }, { 0 } };
