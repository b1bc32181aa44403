#include "app/app.h"
#include "base/spec.h"
#include "base/time.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/report/rules.h"

#define NOW 1794330000000            /* Tue 2026-11-10 17:00:00 UTC */
#define AT(text) ({ int64_t ms_ = 0; if (!time_parse(S(text), &ms_)) bug("time"); ms_; })
#define SYSTEM() auto_arena a = arena_new(16 << 10); App *app = given_a_system(a, NOW); \
    auto_store store = store_take(app->db); Cx cx = app_cx(app, a, store); World w = { .app = app }; (void)cx; expect_ok(in_write(&w, S(""), given_people, &w))

/* Ann owns, Ben reviews, Eve is outside of what is private. */
typedef struct World {
    App *app;
    Str ann, ben, eve, boss;
    Incident incident;
    Report report;
    const char *severity, *visibility;
    Strs ids, again;
    Str note;
} World;

static Err as(Cx *cx, Str user)
{
    User u;
    if (!user.len) return OK;
    TRY(user_get(cx, user, &u));
    Role role = ROLE_VIEWER;
    for (int i = 0; role_names[i]; i++) if (str_eq(u.role, str_of(role_names[i]))) role = (Role)i;
    cx->actor = (Actor){ .id = u.id, .name = u.name, .role = role, .scopes = SCOPE_ALL, .locale = S("en"), .time_zone = S("UTC"), .session = S("s") };
    return OK;
}

typedef struct Call { Str user; Err (*fn)(Cx *, void *); void *arg; } Call;
static Err call(Cx *cx, void *arg)
{
    Call *c = arg;
    Cx me = *cx;
    TRY(as(&me, c->user));
    return c->fn(&me, c->arg);
}

static Err in_write(World *w, Str user, Err (*fn)(Cx *, void *), void *arg)
{
    static Arena *arena;
    if (!arena) arena = arena_new(1 << 16);
    Cx cx = app_cx(w->app, arena, NULL);
    Call c = { user, fn, arg };
    return cx_write(&cx, call, &c);
}

static Err given_people(Cx *cx, void *arg)
{
    World *w = arg;
    TRY(user_add(cx, &(User){ .name = S("Ann Abel"), .email = S("ann@example.com"), .role = S("responder") }, S(""), &w->ann));
    TRY(user_add(cx, &(User){ .name = S("Ben Berg"), .email = S("ben@example.com"), .role = S("responder") }, S(""), &w->ben));
    TRY(user_add(cx, &(User){ .name = S("Eve Ende"), .email = S("eve@example.com"), .role = S("responder") }, S(""), &w->eve));
    return user_add(cx, &(User){ .name = S("Max Mann"), .email = S("max@example.com"), .role = S("manager") }, S(""), &w->boss);
}

static Err add_incident(Cx *cx, void *arg)
{
    World *w = arg;
    Str channel, service;
    TRY(channel_add(cx, &(Channel){ .name = S("Payments") }, &channel));
    TRY(service_add(cx, &(Service){ .name = S("payment-api") }, &service));
    IncidentInput in = { .title = S("Card payments fail"), .severity = str_of(w->severity ? w->severity : "SEV-1"), .status = S("resolved"), .channel_id = channel,
                         .resolved_ms = AT("2026-11-10T15:20:00Z"), .visibility = str_of(w->visibility ? w->visibility : "public") };
    *list_add(cx->arena, &in.service_ids) = service;
    *list_add(cx->arena, &in.member_ids) = w->ben;
    TRY(incident_add(cx, &in, &w->incident));
    TRY(incident_impact_put(cx, w->incident.id, &(Impact){ .kind = S("availability"), .title = S("Checkout"), .started_ms = AT("2026-11-10T14:07:00Z"),
        .ended_ms = AT("2026-11-10T14:47:00Z"), .customers_affected = 11840 }));
    return incident_get(cx, w->incident.id, &w->incident);
}

static Err add_report(Cx *cx, void *arg)
{
    World *w = arg;
    ReportInput in = { .template_id = S("standard-en") };
    *list_add(cx->arena, &in.incident_ids) = w->incident.reference;
    return report_add(cx, &in, &w->report);
}

static Err patch(Cx *cx, World *w, const char *json)
{
    ReportInput in = { 0 };
    Present present;
    cx->if_match = MATCH_ANY;
    TRY(shape_decode(cx->arena, &report_edit_shape, DECODE_PATCH, str_of(json), &in, &present));
    TRY(report_edit(cx, w->report.id, present, &in));
    return report_get(cx, w->report.id, &w->report);
}

static const char *patch_json;
static Err edit(Cx *cx, void *arg) { return patch(cx, arg, patch_json); }
static Err ask(Cx *cx, void *arg)
{
    World *w = arg;
    TRY(report_request_review(cx, w->report.id, w->ids, w->again));
    return report_get(cx, w->report.id, &w->report);
}
static Err approve(Cx *cx, void *arg)
{
    World *w = arg;
    TRY(report_approve(cx, w->report.id, S("fine")));
    return report_get(cx, w->report.id, &w->report);
}
static Err refuse(Cx *cx, void *arg)
{
    World *w = arg;
    TRY(report_request_changes(cx, w->report.id, w->note));
    return report_get(cx, w->report.id, &w->report);
}
static Err publish(Cx *cx, void *arg)
{
    World *w = arg;
    TRY(report_publish(cx, w->report.id));
    return report_get(cx, w->report.id, &w->report);
}
static Err archive(Cx *cx, void *arg)
{
    World *w = arg;
    TRY(report_archive(cx, w->report.id));
    return report_get(cx, w->report.id, &w->report);
}
static Err reopen(Cx *cx, void *arg)
{
    World *w = arg;
    TRY(report_reopen(cx, w->report.id));
    return report_get(cx, w->report.id, &w->report);
}
static Err write_more(Cx *cx, void *arg)
{
    World *w = arg;
    DocNode *doc;
    TRY(import_markdown(cx->arena, S("## Summary\n\nThe ledger-writer held the lock.\n"), &doc));
    TRY(report_write(cx, w->report.id, doc));
    return report_get(cx, w->report.id, &w->report);
}
static Err only_the_present_text(Cx *cx, void *arg)
{
    (void)arg;
    return setting_set(cx, S("report.approvals_of"), S("the present text"));
}
static Err lower_severity(Cx *cx, void *arg)
{
    World *w = arg;
    return incident_set_severity(cx, w->incident.id, S("SEV-3"));
}

#define GIVEN_A_REPORT() expect_ok(in_write(&w, w.ann, add_incident, &w)); expect_ok(in_write(&w, w.ann, add_report, &w))

static Str figure(const Report *r, const char *key)
{
    list_each(&r->metrics, i) if (str_eq(r->metrics.at[i].key, str_of(key))) return r->metrics.at[i].value;
    return S("?");
}

SPEC("a report is created with title, owner, figures, place and text from the incident")
{
    SYSTEM();
    GIVEN_A_REPORT();
    Report *r = &w.report;
    expect_str("PM-1", r->reference);
    expect_str("draft", r->state);
    expect_str("Card payments fail", r->title);
    expect_str("Ann Abel", r->owner.name);
    expect_str("Payments", r->channel.name);
    expect_str("Standard", r->template.name);
    expect_str("SEV-1", figure(r, "severity"));
    expect_str("2026-11-10T14:07:00.000Z", figure(r, "started_at"));
    expect_str("2400000", figure(r, "duration"));
    expect_str("11840", figure(r, "customers_affected"));
    expect_int(1, r->incidents.len);
    expect_str("INC-1", r->incidents.at[0].reference);
    expect(r->word_count > 20);
    expect_has("INC-1 was a SEV-1 incident that affected payment-api", r->excerpt);
    DocNode *doc;
    Str text;
    expect_ok(report_content(&cx, r, false, &doc));
    expect_ok(render_text(a, doc, &text));
    expect_has("Checkout (availability)", text);
    Incident i;
    expect_ok(incident_get(&cx, w.incident.id, &i));
    expect_int(1, i.reports.len);
    expect_str("draft", i.report_state);
}

SPEC("a report is due by the severity of its incident: SEV-1 in 3 days, SEV-2 in 5 business days")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_int(AT("2026-11-13T15:20:00Z"), w.report.due_ms);
    expect_int(AT("2026-11-17T15:20:00Z"), report_due(&cx, S("SEV-2"), AT("2026-11-10T15:20:00Z")));
    expect_int(AT("2026-11-16T10:00:00Z"), AT("2026-11-16T10:00:00Z"));
    expect_int(AT("2026-11-20T10:00:00Z"), report_due(&cx, S("SEV-2"), AT("2026-11-14T10:00:00Z")));   /* from a Saturday */
    expect_int(0, report_due(&cx, S("unknown"), NOW));
}

SPEC("a figure can be written over and the override undone; nonsense is refused")
{
    SYSTEM();
    GIVEN_A_REPORT();
    patch_json = "{\"metric_overrides\":{\"customers_affected\":\"12,316\",\"severity\":\"SEV-2\"}}";
    expect_ok(in_write(&w, w.ann, edit, &w));
    expect_str("12,316", figure(&w.report, "customers_affected"));
    expect_str("SEV-2", w.report.severity);
    patch_json = "{\"metric_overrides\":{\"customers_affected\":null}}";
    expect_ok(in_write(&w, w.ann, edit, &w));
    expect_str("11840", figure(&w.report, "customers_affected"));
    expect_str("SEV-2", figure(&w.report, "severity"));
    patch_json = "{\"metric_overrides\":{\"severity\":\"huge\"}}";
    Err e = in_write(&w, w.ann, edit, &w);
    expect(err_is(e, ERR_INVALID));
    expect_str("metric_overrides.severity", e.info->field);
    patch_json = "{\"metric_overrides\":{\"mood\":\"bad\"}}";
    expect_err(ERR_INVALID, in_write(&w, w.ann, edit, &w));
    patch_json = "{\"linked_documents\":[{\"title\":\"x\",\"url\":\"javascript:alert(1)\"}]}";
    expect_err(ERR_INVALID, in_write(&w, w.ann, edit, &w));
}

SPEC("a draft goes to review, back to draft when changes are asked for, and is published once "
     "somebody else approved")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_err(ERR_FORBIDDEN, in_write(&w, w.ann, publish, &w));
    expect_err(ERR_CONFLICT, in_write(&w, w.ben, approve, &w));
    expect_err(ERR_INVALID, in_write(&w, w.ann, ask, &w));
    w.ids = (Strs){ &w.ben, 1, 1 };
    expect_ok(in_write(&w, w.ann, ask, &w));
    expect_str("in_review", w.report.state);
    expect_str("pending", w.report.reviewers.at[0].state);
    expect_err(ERR_FORBIDDEN, in_write(&w, w.ann, approve, &w));
    expect_err(ERR_INVALID, in_write(&w, w.ben, refuse, &w));
    w.note = S("Say more about detection");
    expect_ok(in_write(&w, w.ben, refuse, &w));
    expect_str("draft", w.report.state);
    expect_str("changes_requested", w.report.reviewers.at[0].state);
    expect_ok(in_write(&w, w.ann, ask, &w));
    expect_str("pending", w.report.reviewers.at[0].state);
    expect_ok(in_write(&w, w.ben, approve, &w));
    expect(w.report.can_publish);
    expect_ok(in_write(&w, w.ann, publish, &w));
    expect_str("published", w.report.state);
    expect_int(1, w.report.published_version);
    Incident i;
    expect_ok(incident_get(&cx, w.incident.id, &i));
    expect_str("published", i.report_state);
    expect_int(NOW, i.published_ms);
}

SPEC("who reviews can be changed while the review goes on: what was decided stays, who is asked again decides anew")
{
    SYSTEM();
    GIVEN_A_REPORT();
    Str both[] = { w.ben, w.eve };
    w.ids = (Strs){ &w.ben, 1, 1 };
    expect_ok(in_write(&w, w.ann, ask, &w));
    expect_ok(in_write(&w, w.ben, approve, &w));
    w.ids = (Strs){ both, 2, 2 };
    expect_ok(in_write(&w, w.ann, ask, &w));
    expect_str("approved", w.report.reviewers.at[0].state);
    expect_str("pending", w.report.reviewers.at[1].state);
    w.again = (Strs){ &w.ben, 1, 1 };
    expect_ok(in_write(&w, w.ann, ask, &w));
    expect_str("pending", w.report.reviewers.at[0].state);
    expect_str("", w.report.reviewers.at[0].note);
    w.ids = (Strs){ &w.eve, 1, 1 };
    Err e = in_write(&w, w.ann, ask, &w);
    expect(err_is(e, ERR_INVALID));
    expect_str("again_ids[0]", e.info->field);
    w.again = (Strs){ 0 };
    expect_ok(in_write(&w, w.ann, ask, &w));
    expect_int(1, w.report.reviewers.len);
    expect_str("Eve Ende", w.report.reviewers.at[0].user.name);
}

SPEC("an approval says when the text was edited after it, and counts no longer where the workspace wants the present text approved")
{
    SYSTEM();
    GIVEN_A_REPORT();
    w.ids = (Strs){ &w.ben, 1, 1 };
    expect_ok(in_write(&w, w.ann, ask, &w));
    expect_ok(in_write(&w, w.ben, approve, &w));
    expect(!w.report.reviewers.at[0].edited_since);
    expect(w.report.reviewers.at[0].revision > 0);
    expect_ok(in_write(&w, w.ann, write_more, &w));
    expect(w.report.reviewers.at[0].edited_since);
    expect(w.report.can_publish);
    expect_ok(in_write(&w, S(""), only_the_present_text, &w));
    expect_err(ERR_FORBIDDEN, in_write(&w, w.ann, publish, &w));
    expect_ok(in_write(&w, w.ben, approve, &w));
    expect(!w.report.reviewers.at[0].edited_since);
    expect_ok(in_write(&w, w.ann, publish, &w));
}

SPEC("a due date by policy follows the severity of the incident; one that somebody set stays, until the policy's is wanted again")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect(w.report.due_by_policy);
    expect_int(AT("2026-11-13T15:20:00Z"), w.report.due_ms);
    expect_ok(in_write(&w, w.ann, lower_severity, &w));
    expect_ok(report_get(&cx, w.report.id, &w.report));
    expect_int(AT("2026-11-24T15:20:00Z"), w.report.due_ms);            /* ten business days */
    patch_json = "{\"due_at\":\"2026-11-30T12:00:00Z\"}";
    expect_ok(in_write(&w, w.ann, edit, &w));
    expect(!w.report.due_by_policy);
    patch_json = "{\"metric_overrides\":{\"severity\":\"SEV-1\"}}";
    expect_ok(in_write(&w, w.ann, edit, &w));
    expect_int(AT("2026-11-30T12:00:00Z"), w.report.due_ms);
    patch_json = "{\"due_by_policy\":true}";
    expect_ok(in_write(&w, w.ann, edit, &w));
    expect_int(AT("2026-11-13T15:20:00Z"), w.report.due_ms);
}

SPEC("a manager publishes without review; a viewer may neither write nor publish")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_ok(in_write(&w, w.boss, publish, &w));
    expect_str("published", w.report.state);
    Cx viewer = cx;
    expect_ok(as(&viewer, w.eve));
    viewer.actor.role = ROLE_VIEWER;
    Report r;
    expect_ok(report_get(&viewer, w.report.id, &r));
    expect(!r.can_edit);
    expect(!r.can_publish);
}

SPEC("what was published stays as it was until it is published again")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_ok(in_write(&w, w.boss, publish, &w));
    expect(!w.report.changed_since_published);
    expect_ok(in_write(&w, w.ann, write_more, &w));
    expect(w.report.changed_since_published);
    DocNode *doc;
    Str text;
    expect_ok(report_content(&cx, &w.report, true, &doc));
    expect_ok(render_text(a, doc, &text));
    expect(str_find(text, S("ledger-writer held")) < 0);
    expect_ok(in_write(&w, w.boss, publish, &w));
    expect_ok(report_content(&cx, &w.report, true, &doc));
    expect_ok(render_text(a, doc, &text));
    expect_has("ledger-writer held", text);
    expect_int(2, w.report.published_version);
    expect(!w.report.changed_since_published);
    Versions all = { 0 };
    expect_ok(report_versions(&cx, w.report.id, &all));
    expect_int(2, all.len);
    expect_str("Max Mann", all.at[0].published_by.name);
}

SPEC("an archived report is read only until it is reopened")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_ok(in_write(&w, w.boss, publish, &w));
    expect_ok(in_write(&w, w.ann, archive, &w));
    expect(!w.report.can_edit);
    patch_json = "{\"title\":\"x\"}";
    expect_err(ERR_CONFLICT, in_write(&w, w.ann, edit, &w));
    expect_ok(in_write(&w, w.ann, reopen, &w));
    expect_str("published", w.report.state);
}

SPEC("the report of a private incident is invisible to everybody else, in lists, counts, search "
     "and by reference")
{
    SYSTEM();
    w.visibility = "private";
    GIVEN_A_REPORT();
    expect_str("private", w.report.visibility);
    Cx eve = cx, ben = cx;
    expect_ok(as(&eve, w.eve));
    expect_ok(as(&ben, w.ben));
    Reports all = { 0 };
    ReportCounts counts = { 0 };
    Str id;
    expect_ok(report_list(&eve, &(ReportFilter){ 0 }, (Cursor){ 0 }, 10, &all));
    expect_int(0, all.len);
    expect_ok(report_list(&eve, &(ReportFilter){ .q = S("payments") }, (Cursor){ 0 }, 10, &all));
    expect_int(0, all.len);
    expect_ok(report_list(&eve, &(ReportFilter){ .q = S("PM-1") }, (Cursor){ 0 }, 10, &all));
    expect_int(0, all.len);
    expect_ok(report_counts(&eve, &(ReportFilter){ 0 }, &counts));
    expect_int(0, counts.total);
    expect_err(ERR_NOT_FOUND, report_resolve(&eve, S("PM-1"), &id));
    expect_err(ERR_NOT_FOUND, report_resolve(&eve, w.report.id, &id));
    expect_ok(report_resolve(&ben, S("pm-1"), &id));
    expect_ok(report_list(&ben, &(ReportFilter){ .q = S("payments") }, (Cursor){ 0 }, 10, &all));
    expect_int(1, all.len);
    w.ids = (Strs){ &w.eve, 1, 1 };
    expect_err(ERR_INVALID, in_write(&w, w.ann, ask, &w));
}

SPEC("figures and severity follow the incident until somebody writes over them")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_ok(in_write(&w, w.ann, lower_severity, &w));
    Report r;
    expect_ok(report_get(&cx, w.report.id, &r));
    expect_str("SEV-3", r.severity);
    expect_str("SEV-3", figure(&r, "severity"));
}

SPEC("the library filters, searches in any language and counts by state")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_ok(in_write(&w, w.ann, write_more, &w));
    Reports all = { 0 };
    ReportFilter f = { .q = S("ledger-wri") };
    expect_ok(report_list(&cx, &f, (Cursor){ 0 }, 10, &all));
    expect_int(1, all.len);
    expect(all.at[0].snippet.len > 0);
    ReportFilter none = { .language = { (Str[]){ S("zh") }, 1, 1 } };
    expect_ok(report_list(&cx, &none, (Cursor){ 0 }, 10, &all));
    expect_int(0, all.len);
    ReportFilter some = { .state = { (Str[]){ S("draft") }, 1, 1 }, .severity = { (Str[]){ S("SEV-1") }, 1, 1 }, .owner = w.ann, .service = { &w.incident.services.at[0].id, 1, 1 },
                          .channel = { &w.incident.channel_id, 1, 1 }, .sort = S("due") };
    expect_ok(report_list(&cx, &some, (Cursor){ 0 }, 10, &all));
    expect_int(1, all.len);
    static const char *const sorts[] = { "updated", "newest", "oldest", "due", "published" };
    for (int i = 0; i < 5; i++) {
        ReportFilter sorted = { .sort = str_of(sorts[i]) };
        expect_ok(report_list(&cx, &sorted, (Cursor){ 0 }, 10, &all));
        expect_int(1, all.len);
        expect_ok(report_list(&cx, &sorted, (Cursor){ all.at[0].sort_ms, all.at[0].id }, 10, &all));
        expect_int(0, all.len);
    }
    ReportCounts counts = { 0 };
    expect_ok(report_counts(&cx, &(ReportFilter){ 0 }, &counts));
    expect_int(1, counts.draft);
    expect_int(1, counts.total);
}

typedef struct Shared { World *w; Share share; int64_t expires_ms; } Shared;
static Err share(Cx *cx, void *arg)
{
    Shared *s = arg;
    return report_share_make(cx, s->w->report.id, &(Share){ .expires_ms = s->expires_ms }, S(""), &s->share);
}
static Err unshare(Cx *cx, void *arg) { Shared *s = arg; return report_share_remove(cx, s->w->report.id); }

SPEC("a share link opens its report until it expires, is replaced or is revoked")
{
    SYSTEM();
    GIVEN_A_REPORT();
    Shared s = { .w = &w };
    Str id;
    int64_t until;
    expect_ok(in_write(&w, w.ann, share, &s));
    ptrdiff_t at = str_find(s.share.url, S("/share/"));
    expect(at >= 0);
    Str first = str_sub(s.share.url, (size_t)at + 7, 100);
    expect_ok(report_share_find(&cx, first, &id, &until));
    expect_str(w.report.id.at, id);
    s.expires_ms = NOW + 1000;
    expect_ok(in_write(&w, w.ann, share, &s));
    expect_err(ERR_NOT_FOUND, report_share_find(&cx, first, &id, &until));
    Str second = str_sub(s.share.url, (size_t)at + 7, 100);
    expect_ok(report_share_find(&cx, second, &id, &until));
    Cx later = cx;
    later.now_ms = NOW + 2000;
    expect_err(ERR_NOT_FOUND, report_share_find(&later, second, &id, &until));
    expect_ok(in_write(&w, w.ann, unshare, &s));
    expect_err(ERR_NOT_FOUND, report_share_find(&cx, second, &id, &until));
    expect_err(ERR_NOT_FOUND, report_share_find(&cx, S("guess"), &id, &until));
}

SPEC("whoever writes becomes an author, and can be taken off")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_ok(report_document_changed(&cx, w.report.id, (Strs){ &w.ben, 1, 1 }));
    Report r;
    expect_ok(report_get(&cx, w.report.id, &r));
    expect_int(1, r.authors.len);
    expect_str("Ben Berg", r.authors.at[0].name);
    expect_int(w.report.version, r.version);
}

static Err cite_private(Cx *cx, void *arg)
{
    World *w = arg;
    DocNode *doc = doc_node(cx->arena, "doc"), *live = doc_add(cx->arena, doc, "liveBlock");
    doc_attr(cx->arena, live, "kind", S("incident_card"));
    doc_attr(cx->arena, live, "incident", w->note);
    live = doc_add(cx->arena, doc, "liveBlock");
    doc_attr(cx->arena, live, "kind", S("incident_card"));
    doc_attr(cx->arena, live, "incident", w->incident.id);
    return report_write(cx, w->report.id, doc);
}
static Err add_private(Cx *cx, void *arg)
{
    World *w = arg;
    Incident i;
    IncidentInput in = { .title = S("Leaked keys"), .visibility = S("private") };
    TRY(incident_add(cx, &in, &i));
    w->note = i.id;
    return OK;
}

SPEC("a live block of another, private incident is not published to readers who may not see it")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_ok(in_write(&w, w.boss, add_private, &w));
    expect_ok(in_write(&w, w.boss, cite_private, &w));
    expect_ok(in_write(&w, w.boss, publish, &w));
    DocNode *doc;
    Str text;
    expect_ok(report_content(&cx, &w.report, true, &doc));
    expect_ok(render_text(a, doc, &text));
    expect_has("Card payments fail", text);
    expect(str_find(text, S("Leaked keys")) < 0);
}

static Err add_second(Cx *cx, void *arg)
{
    World *w = arg;
    Incident second;
    IncidentInput in = { .title = S("Refunds fail too"), .severity = S("SEV-2") };
    TRY(incident_add(cx, &in, &second));
    ReportInput report = { .template_id = S("brief-en") };
    *list_add(cx->arena, &report.incident_ids) = w->incident.id;
    *list_add(cx->arena, &report.incident_ids) = second.reference;
    return report_add(cx, &report, &w->report);
}

SPEC("a report about two incidents tells both and takes the worse severity")
{
    SYSTEM();
    GIVEN_A_REPORT();
    expect_ok(in_write(&w, w.ann, add_second, &w));
    expect_int(2, w.report.incidents.len);
    expect_str("SEV-1", w.report.severity);
    DocNode *doc;
    Str text;
    expect_ok(report_content(&cx, &w.report, false, &doc));
    expect_ok(render_text(a, doc, &text));
    expect_has("INC-2 Refunds fail too", text);
}
