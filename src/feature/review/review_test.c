#include "app/app.h"
#include "base/spec.h"
#include "document/document.h"
#include "feature/account/account.h"
#include "feature/comment/comment.h"
#include "feature/incident/incident.h"
#include "feature/followup/followup.h"
#include "feature/review/readiness.h"
#include "feature/timeline/timeline.h"

#define NOW 1794330000000

typedef struct World { App *app; Arena *arena; Str ann, ben, incident; Report report; const char *text; Role role; } World;
typedef Err (*Step)(Cx *cx, World *w);

static Cx as(World *w, Str user)
{
    Cx cx = app_cx(w->app, w->arena, NULL);
    if (user.len) cx.actor = (Actor){ .id = user, .name = S("Ann"), .role = w->role, .scopes = SCOPE_ALL, .locale = S("en"), .time_zone = S("UTC") };
    return cx;
}
typedef struct Call { World *w; Step step; } Call;
static Err run(Cx *cx, void *arg) { Call *c = arg; return c->step(cx, c->w); }
static Err write_as(World *w, Str user, Step step)
{
    Cx cx = as(w, user);
    return cx_write(&cx, run, &(Call){ w, step });
}

static Err report(Cx *cx, World *w)
{
    Incident i;
    ReportInput r = { .template_id = S("standard-en") };
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Checkout is slow"), .severity = S("SEV-2") }, &i));
    *list_add(cx->arena, &r.incident_ids) = i.id;
    return report_add(cx, &r, &w->report);
}
static Err person(Cx *cx, World *w) { return user_add(cx, &(User){ .name = S("Ann Abel"), .email = S("ann@example.com"), .role = S("manager") }, S(""), &w->ann); }

/* A required section, empty or not. */
static Err text(Cx *cx, World *w)
{
    DocNode *doc = doc_node(cx->arena, "doc"), *h = doc_add(cx->arena, doc, "heading");
    doc_attr_int(cx->arena, h, "level", 2);
    doc_attr_bool(cx->arena, h, "required", true);
    doc_text(cx->arena, h, S("Impact"));
    DocNode *p = doc_add(cx->arena, doc, "paragraph"), *t = doc_text(cx->arena, p, str_of(w->text));
    if (t && str_eq(t->text, S("suggested"))) doc_mark(cx->arena, t, "insertion");
    return document_replace(cx, w->report.id, doc);
}
static Err comment(Cx *cx, World *w)
{
    Thread t;
    return comment_begin(cx, w->report.id, &(CommentInput){ .body = S("Which one?") }, &t);
}
static Err strict(Cx *cx, World *w) { (void)w; return setting_set(cx, S("report.required_sections"), S("must be written")); }
static Err publish(Cx *cx, World *w) { return report_publish(cx, w->report.id); }

/** Rules that are not done, with their names; only those of form, or only those of substance. */
static Str told_of(World *w, bool substance)
{
    auto_store s = store_take(w->app->db);
    Cx cx = as(w, w->ann);
    cx.store = s;
    ReviewRules all = { 0 };
    Buf b = buf_new(w->arena, 4096);
    if (review_checklist(&cx, w->report.id, &all).info) bug("checklist");
    list_each(&all, i) {
        bool deep = false;
        for (size_t k = 0; readiness_rules[k]; k++) deep = deep || str_eq(all.at[i].rule, str_of(readiness_rules[k]));
        if (deep != substance || str_eq(all.at[i].state, S("done"))) continue;
        buf_fmt(&b, "%s" STR_FMT " " STR_FMT " %lld", b.len ? ", " : "", STR_ARG(all.at[i].rule), STR_ARG(all.at[i].state), (long long)all.at[i].count);
        list_each(&all.at[i].names, k) if (substance && k < 3) buf_fmt(&b, " " STR_FMT, STR_ARG(all.at[i].names.at[k]));
    }
    return buf_str(&b);
}
static Str told(World *w) { return told_of(w, false); }

#define GIVEN(role_) auto_arena a = arena_new(16 << 10); World w = { .app = given_a_system(a, NOW), .arena = a, .role = role_, .text = "" }; \
    expect_ok(write_as(&w, S(""), person)); expect_ok(write_as(&w, w.ann, report)); expect_ok(write_as(&w, w.ann, text))

SPEC("what is missing before publication is listed, and what blocks it for whom")
{
    GIVEN(ROLE_RESPONDER);
    expect_str("sections open 1, approvals blocks 1", told(&w));
    w.role = ROLE_MANAGER;
    expect_str("sections open 1, approvals open 1", told(&w));
    expect_ok(write_as(&w, w.ann, comment));
    w.text = "1,200 customers";
    expect_ok(write_as(&w, w.ann, text));
    expect_str("approvals open 1, comments open 1", told(&w));
}

SPEC("a section in which something is only suggested counts as empty")
{
    GIVEN(ROLE_MANAGER);
    w.text = "suggested";
    expect_ok(write_as(&w, w.ann, text));
    expect_str("sections open 1, approvals open 1, suggestions open 1", told(&w));
}

SPEC("where required sections must be written, nobody publishes without them")
{
    GIVEN(ROLE_MANAGER);
    expect_ok(write_as(&w, S(""), strict));
    expect_str("sections blocks 1, approvals open 1", told(&w));
    expect_err(ERR_CONFLICT, write_as(&w, w.ann, publish));
    w.text = "1,200 customers";
    expect_ok(write_as(&w, w.ann, text));
    expect_ok(write_as(&w, w.ann, publish));
}

/* ---- what a careful colleague would miss */

#define START 1794320000000
/** An incident that was noticed after half an hour, about which nobody wrote anything down yet. */
static Err late_incident(Cx *cx, World *w)
{
    Incident i;
    IncidentInput in = { .title = S("Checkout is slow"), .severity = S("SEV-1"), .status = S("resolved"), .impact_started_ms = START, .detected_ms = START + 1800000, .mitigated_ms = START + 3000000,
                         .resolved_ms = START + 3600000 };
    ReportInput r = { .template_id = S("standard-en") };
    if (str_eq(str_of(w->text), S("with a factor"))) *list_add(cx->arena, &in.causes) = (Cause){ .key = S("testing"), .note = S("The script took an empty region") };
    TRY(incident_add(cx, &in, &i));
    *list_add(cx->arena, &r.incident_ids) = i.id;
    TRY(report_add(cx, &r, &w->report));
    w->incident = i.id;
    return document_replace(cx, w->report.id, doc_node(cx->arena, "doc"));
}
static Err quantified(Cx *cx, World *w) { return incident_impact_put(cx, w->incident, &(Impact){ .kind = S("availability"), .title = S("Checkout"), .customers_affected = 40, .started_ms = START, .ended_ms = START + 3000000 }); }
static Err notice(Cx *cx, World *w) { return timeline_add(cx, w->incident, &(TimelineEvent){ .kind = S("notice_posted"), .title = S("We are looking into it"), .visibility = S("external"), .occurred_ms = START }); }
static Err early(Cx *cx, World *w) { return incident_set_time(cx, w->incident, S("detected_at"), START + 60000); }
static Err no_time(Cx *cx, World *w) { return incident_set_time(cx, w->incident, S("detected_at"), 0); }
static Err reversed(Cx *cx, World *w) { return incident_set_time(cx, w->incident, S("mitigated_at"), START + 30000); }
/** Heading and a paragraph, as in w->text: "Detection|words". */
static Err section_of(Cx *cx, World *w)
{
    DocNode *doc = doc_node(cx->arena, "doc"), *h = doc_add(cx->arena, doc, "heading");
    doc_attr_int(cx->arena, h, "level", 2);
    doc_text(cx->arena, h, str_before(str_of(w->text), '|'));
    doc_text(cx->arena, doc_add(cx->arena, doc, "paragraph"), str_after(str_of(w->text), '|'));
    return document_replace(cx, w->report.id, doc);
}
static Err picture(Cx *cx, World *w)
{
    DocNode *doc = doc_node(cx->arena, "doc"), *img = doc_add(cx->arena, doc, "image");
    doc_attr(cx->arena, img, "src", S("/files/x"));
    if (w->text[0]) doc_attr(cx->arena, img, "alt", str_of(w->text));
    return document_replace(cx, w->report.id, doc);
}
static Err follow_up(Cx *cx, World *w)
{
    FollowUp made;
    FollowUpInput in = { .title = str_before(str_of(w->text), '|'), .report_id = w->report.id, .effectiveness_check = str_after(str_of(w->text), '|') };
    return followup_add(cx, &in, &made);
}
static Err policy(Cx *cx, World *w) { return setting_set(cx, S("report.must_be_in_order"), str_of(w->text)); }

#define GIVEN_LATE(with) auto_arena a = arena_new(16 << 10); World w = { .app = given_a_system(a, NOW), .arena = a, .role = ROLE_MANAGER, .text = with }; \
    expect_ok(write_as(&w, S(""), person)); expect_ok(write_as(&w, w.ann, late_incident)); w.text = ""
#define DO(step, words) do { w.text = (words); expect_ok(write_as(&w, w.ann, step)); } while (0)

SPEC("what a careful colleague would miss in a report is named, rule by rule, until it is there")
{
    GIVEN_LATE("");
    expect_str("impact open 1 INC-1, detection open 1 INC-1, causes open 1 INC-1, customers open 1 INC-1", told_of(&w, true));
    DO(quantified, "");
    expect_str("detection open 1 INC-1, causes open 1 INC-1, customers open 1 INC-1", told_of(&w, true));
    DO(notice, "");
    expect_str("detection open 1 INC-1, causes open 1 INC-1", told_of(&w, true));
    DO(section_of, "Detection|No alert watched the pool: the first sign was a mail of a customer half an hour after it had begun, and nobody reads that box at night.");
    expect_str("causes open 1 INC-1", told_of(&w, true));
    DO(section_of, "发现|没有告警关注连接池的使用情况，第一个迹象是客户在半小时之后发来的邮件。");
    expect_str("causes open 1 INC-1", told_of(&w, true));
}

SPEC("causes are in order when a factor is named and the text does not stop at a person")
{
    GIVEN_LATE("with a factor");
    expect_str("impact open 1 INC-1, detection open 1 INC-1, customers open 1 INC-1", told_of(&w, true));
    DO(section_of, "Root cause|The incident was caused by human error.");
    expect_has("causes open 1 human error", told_of(&w, true));
}

SPEC("times that are missing or out of order are named")
{
    GIVEN_LATE("");
    DO(early, "");
    expect(str_find(told_of(&w, true), S("times")) < 0 && str_find(told_of(&w, true), S("detection")) < 0);
    DO(no_time, "");
    expect_has("times open 1 detected_at", told_of(&w, true));
}

SPEC("a time before what must come first is named too")
{
    GIVEN_LATE("");
    Err e = write_as(&w, w.ann, reversed);
    expect(e.info || str_find(told_of(&w, true), S("times open 1 mitigated_at")) >= 0);       /* refused at once, or named */
}

SPEC("follow-ups that nobody could check, or that have no end, are named")
{
    GIVEN_LATE("");
    DO(follow_up, "Improve alerts|");
    DO(follow_up, "加强监控|没有");
    DO(follow_up, "Alert when the pool is 80% full|The alert fires in a test");
    expect_has("checks open 1 FU-1, vague open 2", told_of(&w, true));
}

SPEC("pictures without words for those who do not see them are named")
{
    GIVEN_LATE("");
    DO(picture, "");
    expect_has("alt_text open 1 1", told_of(&w, true));
    DO(picture, "A graph of the pool");
    expect(str_find(told_of(&w, true), S("alt_text")) < 0);
}

SPEC("the policy says which of them block publication, and the refusal names what is missing")
{
    static const struct { const char *rule, *says; } all[] = { { "impact", "the impact is not quantified (INC-1)" }, { "detection", "noticed late (INC-1)" }, { "causes", "none is named (INC-1)" },
        { "customers", "what customers were told (INC-1)" }, { "checks", "no check of their effect (FU-1)" }, { "vague", "when they are done (FU-1)" }, { "times", "out of order (detected_at)" } };
    GIVEN_LATE("");
    DO(follow_up, "Improve alerts|");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!strcmp(all[i].rule, "times")) DO(no_time, "");
        w.text = arena_fmt(a, "alt_text, %s", all[i].rule).at;
        expect_ok(write_as(&w, S(""), policy));
        expect_has(arena_fmt(a, "%s blocks", all[i].rule).at, told_of(&w, true));
        Err e = write_as(&w, w.ann, publish);
        expect_has(all[i].says, e.info ? e.info->message : S("published"));
    }
    w.text = "nonsense";
    expect_err(ERR_INVALID, write_as(&w, S(""), policy));
    w.text = "";
    expect_ok(write_as(&w, S(""), policy));
    expect_ok(write_as(&w, w.ann, publish));
}

static Err second_person(Cx *cx, World *w) { return user_add(cx, &(User){ .name = S("Ben Bell"), .email = S("ben@example.com"), .role = S("responder") }, S(""), &w->ben); }

/* A paragraph that says it is suggested by Ann, at the time in w->text. */
static Err suggest_as_ann(Cx *cx, World *w)
{
    DocNode *doc, *t;
    TRY(document_read_whole(cx, w->report.id, INT64_MAX, &doc));
    t = doc_text(cx->arena, doc_add(cx->arena, doc, "paragraph"), S("forty at most"));
    DocMark *m = doc_mark(cx->arena, t, "insertion");
    doc_mark_attr(cx->arena, m, "user", w->ann);
    doc_mark_attr(cx->arena, m, "name", S("Ann Abel"));
    doc_mark_attr(cx->arena, m, "at", str_of(w->text));
    return document_replace(cx, w->report.id, doc);
}

SPEC("who suggested something is who wrote it, whatever its mark says")
{
    GIVEN(ROLE_RESPONDER);
    expect_ok(write_as(&w, S(""), second_person));
    w.text = "2026-11-10T14:07:30.000Z";
    expect_ok(write_as(&w, w.ann, suggest_as_ann));
    w.text = "2026-11-10T15:00:00.000Z";
    expect_ok(write_as(&w, w.ben, suggest_as_ann));
    auto_store s = store_take(w.app->db);
    Cx cx = as(&w, w.ann);
    SuggestionAuthors all = { 0 };
    cx.store = s;
    expect_ok(review_suggestion_authors(&cx, w.report.id, &all));
    expect_int(2, all.len);
    expect_str("Ann Abel", all.at[0].author.name);
    expect(str_eq(w.ann, all.at[1].claimed_id));
    expect_str("Ben Bell", all.at[1].author.name);
}
