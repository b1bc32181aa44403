/* A report about a public and a private incident: nothing of the private one may reach who sees only the public one. */
#include "app/app.h"
#include "base/spec.h"
#include "document/document.h"
#include "feature/account/internal.h"
#include "feature/followup/rules.h"
#include "feature/incident/rules.h"
#include "feature/report/rules.h"
#include "feature/timeline/timeline.h"

#define NOW 1794330000000

/* Ann sees both incidents, Eve only the public one. */
typedef struct World {
    App *app;
    Arena *arena;
    Str ann, eve, team;
    Incident open, secret, other;
    Report report;
    Share share;
    FollowUp followup;
} World;
typedef Err (*Step)(Cx *cx, World *w);

static Cx as(World *w, Str user)
{
    Cx cx = app_cx(w->app, w->arena, NULL);
    cx.if_match = MATCH_ANY;
    cx.actor = (Actor){ .id = user, .name = S("Ann"), .role = ROLE_RESPONDER, .scopes = SCOPE_ALL, .locale = S("en"), .time_zone = S("UTC") };
    return cx;
}

typedef struct Call { World *w; Step step; } Call;
static Err run(Cx *cx, void *arg) { Call *c = arg; return c->step(cx, c->w); }
static Err write_as(World *w, Str user, Step step)
{
    Cx cx = as(w, user);
    return cx_write(&cx, run, &(Call){ w, step });
}

static Err people(Cx *cx, World *w)
{
    cx->actor = (Actor){ .role = ROLE_ADMIN };
    TRY(user_add(cx, &(User){ .name = S("Ann Abel"), .email = S("ann@example.com"), .role = S("responder") }, S(""), &w->ann));
    return user_add(cx, &(User){ .name = S("Eve Ende"), .email = S("eve@example.com"), .role = S("responder") }, S(""), &w->eve);
}

static Err incidents(Cx *cx, World *w)
{
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Checkout is slow"), .severity = S("SEV-2") }, &w->open));
    return incident_add(cx, &(IncidentInput){ .title = S("Unannounced breach"), .severity = S("SEV-1"), .visibility = S("private") }, &w->secret);
}

static Err report_of(Cx *cx, World *w, const Incident *first, const Incident *second)
{
    ReportInput in = { .template_id = S("brief-en"), .title = S("What the breach did") };
    *list_add(cx->arena, &in.incident_ids) = first->id;
    if (second) *list_add(cx->arena, &in.incident_ids) = second->id;
    return report_add(cx, &in, &w->report);
}
static Err report_of_both(Cx *cx, World *w) { return report_of(cx, w, &w->open, &w->secret); }
static Err report_of_open(Cx *cx, World *w) { return report_of(cx, w, &w->open, NULL); }

static Err write_live_blocks(Cx *cx, World *w)
{
    DocNode *doc = doc_node(cx->arena, "doc");
    const Incident *shown[] = { &w->open, &w->secret };
    for (int i = 0; i < 2; i++) {
        DocNode *block = doc_add(cx->arena, doc, "liveBlock");
        doc_attr(cx->arena, block, "kind", S("incident_card"));
        doc_attr(cx->arena, block, "incident", shown[i]->id);
    }
    return document_replace(cx, w->report.id, doc);
}
static Err write_follow_ups_block(Cx *cx, World *w)
{
    DocNode *doc = doc_node(cx->arena, "doc"), *block = doc_add(cx->arena, doc, "liveBlock");
    doc_attr(cx->arena, block, "kind", S("follow_ups"));
    doc_attr(cx->arena, block, "incident", w->open.id);
    return document_replace(cx, w->report.id, doc);
}
static Err follow_up(Cx *cx, World *w) { return followup_add(cx, &(FollowUpInput){ .title = S("Rotate the stolen keys"), .report_id = w->report.id }, &w->followup); }
static Err move_to_other(Cx *cx, World *w)
{
    Present present;
    FollowUpInput in = { 0 };
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Search is slow") }, &w->other));
    Str to = arena_fmt(cx->arena, "{\"incident_id\":\"" STR_FMT "\"}", STR_ARG(w->other.reference));
    TRY(shape_decode(cx->arena, &followup_edit_shape, DECODE_PATCH, to, &in, &present));
    return followup_edit(cx, w->followup.id, present, &in);
}

/* A team of Eve's, the first of two private incidents, and a report about both. */
static Err team_and_second_secret(Cx *cx, World *w)
{
    Team t = { .name = S("Security") };
    IncidentInput in = { .title = S("Second breach"), .visibility = S("private") };
    TRY(team_add(cx, &t, &w->team));
    *list_add(cx->arena, &in.member_team_ids) = w->team;
    TRY(incident_add(cx, &in, &w->open));
    in.title = S("Third breach");
    TRY(incident_add(cx, &in, &w->secret));
    return report_of(cx, w, &w->open, &w->secret);
}
static Err team_has(Cx *cx, World *w, Str user)
{
    Team t;
    TRY(team_get(cx, w->team, &t));
    t.member_ids = (Strs){ 0 };
    if (user.len) *list_add(cx->arena, &t.member_ids) = user;
    return team_change(cx, &t);
}
static Err eve_joins(Cx *cx, World *w) { return team_has(cx, w, w->eve); }
static Err eve_leaves(Cx *cx, World *w) { return team_has(cx, w, S("")); }

static Err share(Cx *cx, World *w) { return report_share_make(cx, w->report.id, &(Share){ 0 }, S(""), &w->share); }
static Err set_visibility(Cx *cx, const Incident *i, const char *to)
{
    IncidentInput in = { 0 };
    Present present;
    Str body = arena_fmt(cx->arena, "{\"visibility\":\"%s\"}", to);
    TRY(shape_decode(cx->arena, &incident_edit_shape, DECODE_PATCH, body, &in, &present));
    return incident_edit(cx, i->id, present, &in);
}
static Err hide_open(Cx *cx, World *w) { return set_visibility(cx, &w->open, "private"); }
static Err show_open(Cx *cx, World *w) { return set_visibility(cx, &w->open, "public"); }
static Err hide_secret(Cx *cx, World *w) { return set_visibility(cx, &w->secret, "private"); }
static Err show_secret(Cx *cx, World *w) { return set_visibility(cx, &w->secret, "public"); }

#define GIVEN() auto_arena a = arena_new(16 << 10); App *app = given_a_system(a, NOW); auto_store store = store_take(app->db); \
    World w = { .app = app, .arena = a }; expect_ok(write_as(&w, S(""), people)); expect_ok(write_as(&w, w.ann, incidents)); \
    Cx ann = as(&w, w.ann), eve = as(&w, w.eve); ann.store = eve.store = store; (void)ann; (void)eve

SPEC("a public incident does not name a report that is private by another incident")
{
    GIVEN();
    expect_ok(write_as(&w, w.ann, report_of_both));
    expect_str("private", w.report.visibility);
    Incident seen;
    expect_ok(incident_get(&eve, w.open.id, &seen));
    expect_int(0, seen.reports.len);
    expect_ok(incident_get(&ann, w.open.id, &seen));
    expect_int(1, seen.reports.len);
    RecordRef ref;
    Str of, audience;
    expect_err(ERR_INVALID, incident_report_named(&eve, S("report_id"), w.report.reference, &ref,
                                                  &of, &audience));
}

SPEC("a follow-up of a private report is as private as the report")
{
    GIVEN();
    expect_ok(write_as(&w, w.ann, report_of_both));
    expect_ok(write_as(&w, w.ann, follow_up));
    FollowUps all = { 0 };
    expect_ok(followup_list(&eve, &(FollowUpFilter){ .sort = S("due") }, (Cursor){ 0 }, 10, &all));
    expect_int(0, all.len);
    expect_ok(followup_list(&ann, &(FollowUpFilter){ .sort = S("due") }, (Cursor){ 0 }, 10, &all));
    expect_int(1, all.len);
}

SPEC("a follow-up of a private report stays private when it is moved to a public incident")
{
    GIVEN();
    Str id;
    expect_ok(write_as(&w, w.ann, report_of_both));
    expect_ok(write_as(&w, w.ann, follow_up));
    expect_ok(write_as(&w, w.ann, move_to_other));
    expect_err(ERR_NOT_FOUND, followup_resolve(&eve, w.followup.reference, &id));
    expect_ok(followup_resolve(&ann, w.followup.reference, &id));
    expect_ok(followup_get(&ann, id, &w.followup));
    expect_str("Search is slow", w.followup.incident.title);
}

SPEC("a follow-up of a report becomes private with the report, and stays so when its own incident is opened")
{
    GIVEN();
    Str id;
    expect_ok(write_as(&w, w.ann, report_of_both));
    expect_ok(write_as(&w, w.ann, follow_up));
    expect_ok(write_as(&w, w.ann, hide_open));
    expect_err(ERR_NOT_FOUND, followup_resolve(&eve, w.followup.reference, &id));
    expect_ok(write_as(&w, w.ann, show_open));
    expect_err(ERR_NOT_FOUND, followup_resolve(&eve, w.followup.reference, &id));
    expect_ok(write_as(&w, w.ann, show_secret));
    expect_ok(followup_resolve(&eve, w.followup.reference, &id));
}

SPEC("who may see a report about two private incidents follows their teams")
{
    GIVEN();
    Str id;
    expect_ok(write_as(&w, w.ann, team_and_second_secret));
    expect_ok(report_resolve(&ann, w.report.reference, &id));
    expect_err(ERR_NOT_FOUND, report_resolve(&eve, w.report.reference, &id));
    expect_ok(write_as(&w, w.ann, eve_joins));
    expect_ok(report_resolve(&eve, w.report.reference, &id));
    expect_ok(write_as(&w, w.ann, eve_leaves));
    expect_err(ERR_NOT_FOUND, report_resolve(&eve, w.report.reference, &id));
}

/* What of the report and its follow-up can be seen from the public incident: lines of its timeline, figures, pills. */
static Err traces(Cx *cx, World *w, int *ret)
{
    Incident i;
    Incidents page = { 0 };
    TimelineEvents events = { 0 };
    int n = 0;
    TRY(incident_get(cx, w->open.id, &i));
    n += i.reports.len + i.report_state.len + (size_t)i.counts.reports + (size_t)i.counts.follow_ups > 0;
    TRY(incident_list(cx, &(IncidentFilter){ .report = S("any") }, (Cursor){ 0 }, 10, &page));
    list_each(&page, k) n += str_eq(page.at[k].id, w->open.id);
    page = (Incidents){ 0 };
    TRY(incident_list(cx, &(IncidentFilter){ 0 }, (Cursor){ 0 }, 10, &page));
    list_each(&page, k) n += str_eq(page.at[k].id, w->open.id) && page.at[k].report_state.len;
    TRY(timeline_all(cx, w->open.id, &(TimelineFilter){ 0 }, &events));
    list_each(&events, k)
        n += str_eq(events.at[k].kind, S("report_created")) || str_eq(events.at[k].kind, S("follow_up_added"));
    *ret = n;
    return OK;
}

SPEC("a public incident shows no trace of a private report to outsiders: no pill, no figure, no line on its timeline")
{
    GIVEN();
    int n;
    expect_ok(write_as(&w, w.ann, report_of_both));
    expect_ok(write_as(&w, w.ann, follow_up));
    expect_ok(traces(&eve, &w, &n));
    expect_int(0, n);
    expect_ok(traces(&ann, &w, &n));
    expect_int(5, n);
    expect_ok(write_as(&w, w.ann, show_secret));
    expect_ok(traces(&eve, &w, &n));
    expect_int(5, n);
    expect_ok(write_as(&w, w.ann, hide_secret));
    expect_ok(traces(&eve, &w, &n));
    expect_int(0, n);
    int64_t entries, broken;
    expect_ok(timeline_verify(&ann, w.open.id, &entries, &broken));
    expect_int(0, broken);
}

SPEC("the count of events is of those that every reader of the incident sees")
{
    GIVEN();
    Incident before, after;
    expect_ok(incident_get(&eve, w.open.id, &before));
    expect_ok(write_as(&w, w.ann, report_of_both));
    expect_ok(incident_get(&eve, w.open.id, &after));
    expect_int(before.counts.events, after.counts.events);
    expect_ok(write_as(&w, w.ann, show_secret));
    expect_ok(incident_get(&eve, w.open.id, &after));
    expect_int(before.counts.events + 1, after.counts.events);
}

SPEC("a live block shows the follow-ups of its own report, and of no other private one")
{
    GIVEN();
    DocNode *doc;
    Str text;
    expect_ok(write_as(&w, w.ann, report_of_both));
    expect_ok(write_as(&w, w.ann, follow_up));
    expect_ok(write_as(&w, w.ann, write_follow_ups_block));
    expect_ok(report_content(&ann, &w.report, false, &doc));
    expect_ok(render_text(a, doc, &text));
    expect_has("Rotate the stolen keys", text);
    expect_ok(write_as(&w, w.ann, report_of_open));
    expect_ok(write_as(&w, w.ann, write_follow_ups_block));
    expect_ok(report_content(&ann, &w.report, false, &doc));
    expect_ok(render_text(a, doc, &text));
    expect(str_find(text, S("stolen keys")) < 0);
}

SPEC("a live block of a private incident that the report is not about shows nothing, whoever draws it")
{
    GIVEN();
    expect_ok(write_as(&w, w.ann, report_of_open));
    expect_ok(write_as(&w, w.ann, write_live_blocks));
    Cx all = app_cx(app, a, store);
    Cx *readers[] = { &ann, &eve, &all };
    for (int i = 0; i < 3; i++) {
        DocNode *doc;
        Str text;
        expect_ok(report_content(readers[i], &w.report, false, &doc));
        expect_ok(render_text(a, doc, &text));
        expect(str_find(text, S("Checkout is slow")) >= 0);
        expect(str_find(text, S("breach")) < 0);
    }
}

SPEC("a share link ends when its report becomes private")
{
    GIVEN();
    Str id;
    int64_t until;
    expect_ok(write_as(&w, w.ann, report_of_open));
    expect_ok(write_as(&w, w.ann, share));
    Str secret = str_sub(w.share.url, (size_t)str_find(w.share.url, S("/share/")) + 7, w.share.url.len);
    expect_ok(report_share_find(&ann, secret, &id, &until));
    expect_ok(write_as(&w, w.ann, hide_open));
    expect_err(ERR_NOT_FOUND, report_share_find(&ann, secret, &id, &until));
}
