#include "app/app.h"
#include "base/spec.h"
#include "base/time.h"
#include "feature/account/account.h"
#include "feature/template/builtin.h"
#include "feature/template/file.h"
#include "feature/template/internal.h"

#define NOW 1794330000000            /* 2026-11-10 17:00:00 UTC */
#define AT(text) ({ int64_t ms_ = 0; if (!time_parse(S(text), &ms_)) bug("time"); ms_; })
#define SYSTEM() auto_arena a = arena_new(16 << 10); App *app = given_a_system(a, NOW); \
    auto_store store = store_take(app->db); Cx cx = app_cx(app, a, store)

typedef struct Work { Incident incident; Template template; Str id; const char *title; } Work;

static Err in_write(App *app, Arena *a, Err (*fn)(Cx *, void *), void *arg)
{
    Cx cx = app_cx(app, a, NULL);
    return cx_write(&cx, fn, arg);
}

/* The incident of the mock: card payments fail after a pool change. */
static Err add_incident(Cx *cx, void *arg)
{
    Work *w = arg;
    Str ann;
    TRY(user_add(cx, &(User){ .name = S("Ann Abel"), .email = S("ann@example.com"), .role = S("responder") }, S(""), &ann));
    IncidentInput in = { .title = str_of(w->title), .severity = S("SEV-1"), .status = S("resolved"), .detection = S("alert"), .trigger = S("config_change"),
                         .detected_ms = AT("2026-11-10T14:12:00Z"), .mitigated_ms = AT("2026-11-10T14:46:00Z"), .resolved_ms = AT("2026-11-10T15:20:00Z") };
    TRY(incident_add(cx, &in, &w->incident));
    TRY(incident_role_add(cx, w->incident.id, S("incident_commander"), ann));
    TRY(incident_impact_put(cx, w->incident.id, &(Impact){ .kind = S("availability"), .title = S("Checkout"), .started_ms = AT("2026-11-10T14:07:00Z"),
        .ended_ms = AT("2026-11-10T14:47:00Z"), .customers_affected = 12316 }));
    TimelineEvent e = { .kind = S("decision"), .title = S("Roll back *cfg* <b>4471</b>"), .occurred_ms = AT("2026-11-10T14:31:00Z"), .starred = true };
    TRY(timeline_add(cx, w->incident.id, &e));
    FollowUp f;
    TRY(followup_add(cx, &(FollowUpInput){ .title = S("Check limits in CI"), .incident_id = w->incident.id, .kind = S("prevent"), .priority = S("high") }, &f));
    return incident_get(cx, w->incident.id, &w->incident);
}
static Err add_template(Cx *cx, void *arg) { Work *w = arg; return template_add(cx, &w->template, &w->id); }
static Err set_default(Cx *cx, void *arg)
{
    Work *w = arg;
    TRY(template_get(cx, w->id, &w->template));
    return template_set_default(cx, &w->template);
}

static Str markdown_of(Cx *cx, const char *template, Str incident)
{
    Template t;
    DocNode *doc;
    Str markdown = S("");
    Err e = template_get(cx, str_of(template), &t);
    if (!e.info) e = template_fill(cx, &t, incident, S("UTC"), S("Ann"), &doc);
    if (!e.info) e = template_expand_live(cx, t.language, S("UTC"), NULL, S(""), doc);
    if (!e.info) e = render_markdown(cx->arena, doc, &markdown);
    return e.info ? err_text(cx->arena, e) : markdown;
}

SPEC("the standard template is filled in from what is known, in English")
{
    SYSTEM();
    Work w = { .title = "Card payments fail" };
    expect_ok(in_write(app, a, add_incident, &w));
    Str m = markdown_of(&cx, "standard-en", w.incident.id);
    expect_has("## Summary\n\nINC-1 was a SEV-1 incident. Impact began on 10 Nov 2026, 14:07 UTC and ended at 14:47, after 40 minutes. "
               "It was found by an alert at 14:12, 5 minutes after impact began. It was mitigated at 14:46 and resolved at 15:20. "
               "Ann Abel led the response. It was set off by: config change.\n", m);
    expect_has("- **Checkout** (availability): from 10 Nov 2026, 14:07 UTC to 14:47, 40 minutes; 12,316 customers affected", m);
    expect_has("**Decision:** Roll back \\*cfg\\* \\<b\\>4471\\</b\\>", m);
    expect_has("| Time to resolve | 1 h 13 m |", m);
    expect_has("| Ann Abel | Incident commander |", m);
    expect_has("(/follow-ups/", m);
    expect_has("Check limits in CI", m);
    expect_has("## Where we got lucky", m);
    expect(str_find(m, S("one minute")) < 0);
}

static Err add_phases(Cx *cx, void *arg)
{
    Work *w = arg;
    TRY(timeline_add(cx, w->incident.id, &(TimelineEvent){ .kind = S("note"), .title = S("Pool is full"), .occurred_ms = AT("2026-11-10T14:20:00Z"), .phase = S("diagnosis") }));
    TRY(timeline_add(cx, w->incident.id, &(TimelineEvent){ .kind = S("note"), .title = S("Errors rise"), .occurred_ms = AT("2026-11-10T14:12:00Z"), .phase = S("detection") }));
    return timeline_add(cx, w->incident.id, &(TimelineEvent){ .kind = S("note"), .title = S("Seen late"), .occurred_ms = AT("2026-11-10T14:40:00Z"), .phase = S("detection") });
}

SPEC("a live timeline by phase stands under the names of its phases, in their order, wherever it is read")
{
    SYSTEM();
    Work w = { .title = "Card payments fail" };
    DocNode *doc = doc_node(a, "doc"), *block = doc_add(a, doc, "liveBlock");
    Str m, html;
    expect_ok(in_write(app, a, add_incident, &w));
    expect_ok(in_write(app, a, add_phases, &w));
    doc_attr(a, block, "kind", S("timeline"));
    doc_attr(a, block, "incident", w.incident.id);
    json_object_set_new(block->attrs, "options", json_pack("{s:b}", "by_phase", 1));
    expect_ok(template_expand_live(&cx, S("en"), S("UTC"), NULL, S(""), doc));
    expect_ok(render_markdown(a, doc, &m));
    expect_ok(render_html(a, doc, &(RenderHtml){ 0 }, &html));
    expect_has("| **Detection** |", m);
    ptrdiff_t detection = str_find(m, S("**Detection**")), rise = str_find(m, S("Errors rise")), late = str_find(m, S("Seen late")), diagnosis = str_find(m, S("**Diagnosis**")),
              pool = str_find(m, S("Pool is full")), other = str_find(m, S("**Other**")), decision = str_find(m, S("Roll back"));
    expect(detection >= 0 && detection < rise && rise < late && late < diagnosis && diagnosis < pool && pool < other && other < decision);
    expect(str_find(m, S("**Mitigation**")) < 0);
    expect_has("<td colspan=\"2\"><strong>Detection</strong></td>", html);
}

SPEC("the standard template is filled in in Chinese")
{
    SYSTEM();
    Work w = { .title = "结账支付失败" };
    expect_ok(in_write(app, a, add_incident, &w));
    Str m = markdown_of(&cx, "standard-zh", w.incident.id);
    expect_has("## 概要\n\nINC-1 是一起 SEV-1 事件。影响从 2026 年 11 月 10 日 14:07 UTC 持续到 14:47，共 40 分钟。", m);
    expect_has("**Checkout**（可用性）：2026 年 11 月 10 日 14:07 UTC 至 14:47，共 40 分钟；影响 12,316 位客户", m);
    expect_has("| 恢复用时 | 1 小时 13 分 |", m);
    expect_has("Ann Abel", m);
}

SPEC("every built-in template is well-formed and fills in from an incident of which little is known")
{
    SYSTEM();
    Work w = { .title = "Bare" };
    expect_ok(in_write(app, a, add_incident, &w));
    for (const Builtin *b = template_builtins; b->id; b++) {
        Template t;
        DocNode *doc;
        expect_ok(template_get(&cx, str_of(b->id), &t));
        expect_ok(template_check(&cx, &t));
        expect_ok(template_fill(&cx, &t, w.incident.id, S(""), S(""), &doc));
        expect(t.sections.len >= 5);
        Str html;
        expect_ok(render_html(a, doc, &(RenderHtml){ 0 }, &html));
        expect(str_find(html, S("{{")) < 0);
    }
}

static Template given_template(Arena *a, const char *name, const char *prefill)
{
    Template t = { .name = str_of(name), .language = S("en") };
    *list_add(a, &t.sections) = (Section){ .heading = S("One"), .guide = S("Say it") };
    *list_add(a, &t.sections) = (Section){ .heading = S("One"), .prefill = str_of(prefill) };
    return t;
}

SPEC("a template with a wrong variable is refused with the place and the nearest right name")
{
    SYSTEM();
    Work w = { .template = given_template(a, "Mine", "ok\n{{incident.sevrity}}") };
    Err e = in_write(app, a, add_template, &w);
    expect(err_is(e, ERR_INVALID));
    expect_str("sections[1].prefill", e.info->field);
    expect_str("line 2, column 1: there is no \"incident.sevrity\"; did you mean \"incident.severity\"?", e.info->message);
    Templates all;
    expect_ok(template_list(&cx, S("en"), NULL, &all));
    expect_int(4, all.len);
}

SPEC("two templates of one language never have one name, and sections have keys of their own")
{
    SYSTEM();
    Work w = { .template = given_template(a, "Mine", "x") };
    expect_ok(in_write(app, a, add_template, &w));
    expect_err(ERR_CONFLICT, in_write(app, a, add_template, &w));
    Work builtin = { .template = given_template(a, "standard", "x") };
    expect_err(ERR_CONFLICT, in_write(app, a, add_template, &builtin));
    Template t;
    expect_ok(template_get(&cx, w.id, &t));
    expect_str("one", t.sections.at[0].key);
    expect_str("one_2", t.sections.at[1].key);
}

SPEC("an incident gets the template whose rule fits, else the default, else the built-in one")
{
    SYSTEM();
    Template t;
    Incident sev1 = { .severity = S("SEV-1"), .kind = S("standard") }, sev4 = { .severity = S("SEV-4"), .kind = S("standard") },
             near = { .severity = S("SEV-2"), .kind = S("near_miss") };
    expect_ok(template_for(&cx, &sev1, S("en"), &t));
    expect_str("standard-en", t.id);
    expect_ok(template_for(&cx, &sev4, S("zh"), &t));
    expect_str("brief-zh", t.id);
    expect_ok(template_for(&cx, &near, S("en"), &t));
    expect_str("near-miss-en", t.id);

    Work ruled = { .template = given_template(a, "Ruled", "x") }, chosen = { .template = given_template(a, "Chosen", "x") };
    ruled.template.match = S("{\"severity\":[\"SEV-1\"]}");
    expect_ok(in_write(app, a, add_template, &ruled));
    expect_ok(in_write(app, a, add_template, &chosen));
    expect_ok(in_write(app, a, set_default, &chosen));
    expect_ok(template_for(&cx, &sev1, S("en"), &t));
    expect_str("Ruled", t.name);
    expect_ok(template_for(&cx, &sev4, S("en"), &t));
    expect_str("Chosen", t.name);
    expect_ok(template_for(&cx, &sev1, S("zh"), &t));
    expect_str("standard-zh", t.id);
    Templates all;
    expect_ok(template_list(&cx, S("en"), &sev1, &all));
    expect_str("Ruled", all.at[0].name);
    expect(all.at[0].suggested);
    expect(all.at[1].is_default);
}

SPEC("every built-in template comes back from its Markdown and from its JSON as it was")
{
    SYSTEM();
    (void)cx;
    for (const Builtin *b = template_builtins; b->id; b++) {
        Template t;
        TemplateFile f;
        expect_ok(template_get(&cx, str_of(b->id), &t));
        Str markdown = template_file_markdown(a, &t), json = template_file_json(a, &t);
        expect_ok(template_file_read(a, markdown, &f));
        Template again = { .name = f.name, .language = f.language, .description = f.description, .match = f.match, .sections = f.sections };
        expect_str(arena_cstr(a, markdown), template_file_markdown(a, &again));
        expect_str(arena_cstr(a, json), template_file_json(a, &again));
        expect_ok(template_file_read(a, json, &f));
        again = (Template){ .name = f.name, .language = f.language, .description = f.description, .match = f.match, .sections = f.sections };
        expect_str(arena_cstr(a, json), template_file_json(a, &again));
    }
}

SPEC("headings, quotes and fences inside a prefill survive the way through Markdown")
{
    auto_arena a = arena_new(4096);
    static const char *const prefills[] = {
        "## Not a section\n\ntext", " ## Indented\n### Smaller", "> a quote that is text\n\nmore", "```\n## code\n```\n\n## after", "plain", "" };
    for (size_t i = 0; i < sizeof prefills / sizeof *prefills; i++)
        for (int guided = 0; guided < 2; guided++) {
            Template t = { .name = S("A: \"b\""), .language = S("en") };
            TemplateFile f;
            *list_add(a, &t.sections) = (Section){ .heading = S("One"), .guide = guided ? S("Say it.\n\nTwice.") : S(""), .prefill = str_of(prefills[i]),
                                                   .key = S("one"), .ai = S("instructions"), .ai_instructions = S("Short; \"plain\" --\nno lists") };
            *list_add(a, &t.sections) = (Section){ .heading = S("Two"), .required = true, .key = S("two"), .ai = S("off") };
            expect_ok(template_file_read(a, template_file_markdown(a, &t), &f));
            expect_int(2, f.sections.len);
            expect_str("A: \"b\"", f.name);
            expect_str(arena_cstr(a, t.sections.at[0].guide), f.sections.at[0].guide);
            expect_str(prefills[i], f.sections.at[0].prefill);
            expect_str(arena_cstr(a, t.sections.at[0].ai_instructions), f.sections.at[0].ai_instructions);
            expect_str("instructions", f.sections.at[0].ai);
            expect(!f.sections.at[0].required && f.sections.at[1].required);
            expect_str("two", f.sections.at[1].key);
        }
}

SPEC("a template that others wrote by hand is read: the H1 is its name, each H2 a section")
{
    auto_arena a = arena_new(4096);
    TemplateFile f;
    expect_ok(template_file_read(a, S("> Template from a book\n\n# Postmortem\r\n\n### Date\n\n### Summary\n> In short\n\ntext {{who knows}}\n## Lessons\n\n### Good\n- x\n## Timeline ##\n"), &f));
    expect_str("Postmortem", f.name);
    expect_int(4, f.sections.len);
    expect_str("Summary", f.sections.at[1].heading);
    expect_str("In short", f.sections.at[1].guide);
    expect_str("text {{who knows}}", f.sections.at[1].prefill);
    expect_str("### Good\n- x", f.sections.at[2].prefill);
    expect_str("Timeline", f.sections.at[3].heading);
    expect_err(ERR_INVALID, template_file_read(a, S("no headings here"), &f));
    expect_err(ERR_INVALID, template_file_read(a, S("{\"sections\": [{\"heading\": 7}]}"), &f));
    expect_err(ERR_INVALID, template_file_read(a, S("\xff\xfe"), &f));
}

static DocNode *read_doc(Arena *a, const char *markdown, const char *keys)
{
    DocNode *doc;
    if (import_markdown(a, str_of(markdown), &doc).info) bug("markdown");
    Str rest = str_of(keys), key;
    list_each(&doc->children, i) {
        if (!doc_is(doc->children.at[i], "heading") || !str_next(&rest, ' ', &key) || str_eq(key, S("-"))) continue;
        doc_attr(a, doc->children.at[i], "section", key);
        doc_attr(a, doc->children.at[i], "guide", S("guide"));
    }
    return doc;
}

SPEC("another template under a begun text keeps all that was written, and begins anew only where nobody wrote")
{
    auto_arena a = arena_new(4096);
    DocNode *untouched = read_doc(a, "## Summary\n\nfilled in\n\n## Impact\n\nfilled in too\n\n## Luck\n\n## Lessons\n", "summary impact luck lessons");
    DocNode *now = read_doc(a, "Before all.\n\n## In short\n\nWe wrote this.\n\n## Impact\n\nfilled in too\n\n## Luck\n\nIt was night.\n\n## Lessons\n\n## Our own\n\nKept.\n",
                            "summary impact luck lessons");
    DocNode *wanted = read_doc(a, "## What happened\n\nfresh\n\n## impact\n\nfresh impact\n\n## Actions\n\ntable\n", "summary effect actions");
    DocNodes was = { 0 };
    Str text;
    *list_add(a, &was) = untouched;
    DocNode *merged = template_merge(a, now, &was, wanted);
    expect_ok(render_markdown(a, merged, &text));
    expect_str("Before all.\n\n## In short\n\nWe wrote this.\n\n## impact\n\nfresh impact\n\n## Actions\n\ntable\n\n## Luck\n\nIt was night.\n\n## Our own\n\nKept.\n", text);
    /* guides of sections that are gone are gone; those of the new ones are there */
    size_t guides = 0;
    list_each(&merged->children, i) guides += doc_get(merged->children.at[i], "guide").len > 0;
    expect_int(3, guides);
    /* once more changes nothing */
    Str again;
    expect_ok(render_markdown(a, template_merge(a, merged, &was, wanted), &again));
    expect_str(arena_cstr(a, text), again);
}
