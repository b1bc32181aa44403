#include "app/app.h"
#include "base/spec.h"
#include "document/document.h"
#include "feature/account/account.h"
#include "feature/incident/rules.h"
#include "feature/report/history.h"
#include "feature/report/rules.h"

#define NOW 1794330000000
#define MINUTE (60 * 1000)

typedef struct World {
    App *app;
    Arena *arena;
    Str ann, ben;
    Report report;
    const char *text;
    Str name;
    int64_t now_ms, revision;
    HistoryEntry entry;
} World;
typedef Err (*Step)(Cx *cx, World *w);

static Cx as(World *w, Str user)
{
    Cx cx = app_cx(w->app, w->arena, NULL);
    cx.now_ms = w->now_ms;
    if (user.len) cx.actor = (Actor){ .id = user, .name = S("Ann Abel"), .role = ROLE_MANAGER, .scopes = SCOPE_ALL, .locale = S("en"), .time_zone = S("UTC") };
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
    TRY(user_add(cx, &(User){ .name = S("Ann Abel"), .email = S("ann@example.com"), .role = S("manager") }, S(""), &w->ann));
    return user_add(cx, &(User){ .name = S("Ben Berg"), .email = S("ben@example.com"), .role = S("responder") }, S(""), &w->ben);
}
static Err report(Cx *cx, World *w)
{
    Incident i;
    ReportInput r = { .template_id = S("brief-en") };
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Checkout is slow"), .severity = S("SEV-2") }, &i));
    *list_add(cx->arena, &r.incident_ids) = i.id;
    return report_add(cx, &r, &w->report);
}
static Err put(Cx *cx, World *w)
{
    DocNode *doc;
    TRY(import_markdown(cx->arena, str_of(w->text), &doc));
    return document_replace(cx, w->report.id, doc);
}
static Err told(Cx *cx, World *w) { return report_history_note(cx, w->report.id); }
static Err name_it(Cx *cx, World *w) { return report_history_name(cx, w->report.id, w->name, w->revision, &w->entry); }
static Err restore(Cx *cx, World *w) { return report_restore(cx, w->report.id, w->revision); }
static Err rename_it(Cx *cx, World *w) { return report_history_rename(cx, w->report.id, w->entry.id, w->name); }
static Err publish(Cx *cx, World *w) { return report_publish(cx, w->report.id); }

/* An edit by somebody, some minutes after the last one. */
static Err edit(World *w, Str user, int minutes, const char *text)
{
    w->now_ms += minutes * MINUTE;
    w->text = text;
    TRY(write_as(w, user, put));
    return write_as(w, S(""), told);
}

static HistoryEntries list_of(World *w)
{
    auto_store s = store_take(w->app->db);
    Cx cx = as(w, w->ann);
    cx.store = s;
    HistoryEntries all = { 0 };
    if (report_history(&cx, w->report.id, INT64_MAX, 50, &all).info) bug("reading history");
    return all;
}
static Str now_text(World *w)
{
    auto_store s = store_take(w->app->db);
    Cx cx = as(w, w->ann);
    cx.store = s;
    DocNode *doc;
    Str text;
    if (document_read(&cx, w->report.id, &doc).info || render_text(w->arena, doc, &text).info) bug("reading");
    return str_trim(text);
}

#define GIVEN() auto_arena a = arena_new(16 << 10); World w = { .app = given_a_system(a, NOW), .arena = a, .now_ms = NOW }; \
    expect_ok(write_as(&w, S(""), people)); expect_ok(write_as(&w, w.ann, report))

SPEC("edits that lie close together are one version with all who wrote; a pause begins another")
{
    GIVEN();
    expect_ok(edit(&w, w.ann, 60, "one"));
    expect_ok(edit(&w, w.ben, 5, "one\n\ntwo"));
    expect_ok(edit(&w, w.ann, 11, "one\n\ntwo\n\nthree"));
    HistoryEntries all = list_of(&w);
    expect_int(3, all.len);                                  /* the third is what the template gave */
    expect_int(1, all.at[0].authors.len);
    expect_int(2, all.at[1].authors.len);
    expect_str("Ben Berg", all.at[1].authors.at[1].name);
    expect_int(5 * MINUTE, all.at[1].made_ms - all.at[1].began_ms);
    expect_int(all.at[1].revision, all.at[0].before_revision);
    expect_int(0, all.at[2].authors.len);
}

SPEC("a named version stays a point of its own although writing goes on at once")
{
    GIVEN();
    expect_ok(edit(&w, w.ann, 60, "one"));
    w.name = S("Before the review");
    expect_ok(write_as(&w, w.ann, name_it));
    expect_ok(edit(&w, w.ann, 1, "one\n\ntwo"));
    HistoryEntries all = list_of(&w);
    expect_str("session", all.at[0].kind);
    expect_str("named", all.at[1].kind);
    expect_str("Before the review", all.at[1].name);
    expect_str("session", all.at[2].kind);
    expect_int(all.at[1].revision, all.at[2].revision);
    w.revision = 99;
    expect_err(ERR_INVALID, write_as(&w, w.ann, name_it));
}

SPEC("publishing makes a version, and an edit that is taken back leaves nothing changed since")
{
    GIVEN();
    expect_ok(edit(&w, w.ann, 60, "one"));
    expect_ok(write_as(&w, w.ann, publish));
    expect_str("published", list_of(&w).at[0].kind);
    auto_store s = store_take(w.app->db);
    Cx cx = as(&w, w.ann), job = as(&w, S(""));
    cx.store = s;
    Report r;
    expect_ok(edit(&w, w.ann, 1, "one, and more"));
    expect_ok(report_document_changed(&job, w.report.id, (Strs){ 0 }));
    expect_ok(report_get(&cx, w.report.id, &r));
    expect(r.changed_since_published);
    expect_ok(edit(&w, w.ann, 1, "one"));
    expect_ok(report_document_changed(&job, w.report.id, (Strs){ 0 }));
    expect_ok(report_get(&cx, w.report.id, &r));
    expect(!r.changed_since_published);
}

SPEC("restoring brings the old text back as an edit, and what came later stays in the history")
{
    GIVEN();
    expect_ok(edit(&w, w.ann, 60, "one\n\ntwo"));
    w.revision = list_of(&w).at[0].revision;
    expect_ok(edit(&w, w.ben, 60, "one\n\nother\n\nthree"));
    int64_t later = list_of(&w).at[0].revision;
    expect_ok(write_as(&w, w.ann, restore));
    expect_str("one\n\ntwo", now_text(&w));
    HistoryEntries all = list_of(&w);
    expect_str("restored", all.at[0].kind);
    expect(all.at[0].of_ms > 0 && all.at[0].revision > later);
    expect_int(later, all.at[0].before_revision);            /* what taking it back restores */
    w.revision = all.at[0].before_revision;
    expect_ok(write_as(&w, w.ann, restore));
    expect_str("one\n\nother\n\nthree", now_text(&w));
}

SPEC("an older version is named, too, and a name can be changed")
{
    GIVEN();
    expect_ok(edit(&w, w.ann, 60, "one"));
    int64_t older = w.revision = list_of(&w).at[0].revision;
    expect_ok(edit(&w, w.ben, 60, "one\n\ntwo"));
    w.name = S("Before Ben");
    expect_ok(write_as(&w, w.ann, name_it));
    HistoryEntries all = list_of(&w);
    expect_str("named", all.at[1].kind);
    expect_int(older, all.at[1].revision);
    w.name = S(" Before the review ");
    expect_ok(write_as(&w, w.ann, rename_it));
    expect_str("Before the review", list_of(&w).at[1].name);
    w.name = S(" ");
    expect_err(ERR_INVALID, write_as(&w, w.ann, rename_it));
    w.name = S("x");
    w.entry.id = S("nothing");
    expect_err(ERR_NOT_FOUND, write_as(&w, w.ann, rename_it));
}

SPEC("a restored version is called what the list of versions calls it")
{
    GIVEN();
    expect_ok(edit(&w, w.ann, 60, "one\n\ntwo"));
    w.revision = list_of(&w).at[0].revision;
    w.name = S("After the audit");
    expect_ok(write_as(&w, w.ann, name_it));
    expect_ok(edit(&w, w.ben, 60, "one\n\nother"));
    expect_ok(write_as(&w, w.ann, restore));
    expect_str("restored", list_of(&w).at[0].kind);
    expect_str("After the audit", list_of(&w).at[0].name);
}

SPEC("comparing any two versions says what came and went, and who wrote it")
{
    GIVEN();
    expect_ok(edit(&w, w.ann, 60, "The pool ran out."));
    int64_t from = list_of(&w).at[0].revision;
    expect_ok(edit(&w, w.ben, 60, "The pool ran dry.\n\nNobody noticed."));
    expect_ok(edit(&w, w.ann, 60, "The pool ran dry.\n\nNobody noticed.\n\nIt was resized."));
    auto_store s = store_take(w.app->db);
    Cx cx = as(&w, w.ann);
    cx.store = s;
    Compared c;
    expect_ok(report_compare(&cx, w.report.id, from, 0, &c));
    expect_int(3, c.blocks.len);
    expect_str("change", c.blocks.at[0].op);
    expect_str("Ben Berg", c.blocks.at[0].authors.at[0].name);
    expect_str("insert", c.blocks.at[1].op);
    expect_str("Ben Berg", c.blocks.at[1].authors.at[0].name);
    expect_str("Ann Abel", c.blocks.at[2].authors.at[0].name);
    expect_ok(report_compare(&cx, w.report.id, c.to_revision, from, &c));
    expect_str("delete", c.blocks.at[1].op);
    expect_err(ERR_INVALID, report_compare(&cx, w.report.id, from, 999, &c));
}
