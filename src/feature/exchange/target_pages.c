/* The page of a report in a place outside: who asked for it, what is there, and the job that writes it. Whoever asks is answered at once;
 * a run may end at any line and begin again, and there is one page in the end. */
#include "app/app.h"
#include "app/audit.h"
#include "app/limit.h"
#include "app/secret.h"
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/exchange/targets.h"
#include "sql.gen.h"

enum { LEASE_MS = 2 * 60 * 1000, MOST_ATTEMPTS = 8 };

typedef struct ReportExport {
    Str target, state, error, url, title;
    bool changed_since;
    int64_t published_version, requested_ms, exported_ms;
    UserRef requested_by, exported_by;
    Str site, page_id, said;
    int64_t wanted, attempts;
} ReportExport;
typedef LIST(ReportExport) ReportExports;

static const char *const states[] = { "waiting", "running", "done", "failed", NULL };
SHAPE(report_export_shape, ReportExport, "The page of a report in a place outside",
    FIELD(ReportExport, target, READ_ONLY, "Where: confluence"),
    FIELD(ReportExport, state, READ_ONLY, "waiting, running, done, or failed: nothing more is tried", .values = states),
    FIELD(ReportExport, error, READ_ONLY, "Why the last try failed; empty when it did not", .max = 2000),
    FIELD(ReportExport, url, READ_ONLY | NULLABLE, "Where people read it", .max = 2000),
    FIELD(ReportExport, title, READ_ONLY, "What the page is called"),
    FIELD(ReportExport, changed_since, READ_ONLY, "What would be exported now is not what is there"),
    FIELD(ReportExport, published_version, READ_ONLY | NULLABLE, "Which published version is there; null: a draft"),
    FIELD_AT(ReportExport, requested_ms, READ_ONLY | NULLABLE, "When it was asked for last"),
    FIELD_OF(ReportExport, requested_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "By whom"),
    FIELD_AT(ReportExport, exported_ms, READ_ONLY | NULLABLE, "When it was written last"),
    FIELD_OF(ReportExport, exported_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "For whom"));

/* What would go out: another text, title, figure or version gives another value. */
static Str said_by(Cx *cx, const Report *r)
{
    if (r->published_version) return arena_fmt(cx->arena, "published:%lld", (long long)r->published_version);
    return secret_hash(cx->arena, arena_fmt(cx->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(r->title), STR_ARG(r->digest), STR_ARG(r->figures), STR_ARG(r->overrides)));
}

static Err get(Cx *cx, const Report *r, Str target, bool *ret_found, ReportExport *ret)
{
    Map *users;
    Strs people = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_export_get);
    stmt_str(&q, "report", r->id);
    stmt_str(&q, "target", target);
    *ret_found = stmt_step(&q);
    ReportExport x = { .target = target };
    if (*ret_found) {
        x.state = stmt_col_str(&q, 0);
        x.error = stmt_col_str(&q, 1);
        x.url = stmt_col_str(&q, 4);
        x.title = stmt_col_str(&q, 5);
        x.said = stmt_col_str(&q, 6);
        x.published_version = stmt_col_int(&q, 7);
        x.requested_by.id = stmt_col_str(&q, 11);
        x.requested_ms = stmt_col_int(&q, 12);
        x.exported_by.id = stmt_col_str(&q, 13);
        x.exported_ms = stmt_col_int(&q, 14);
    }
    TRY(stmt_end(&q));
    ids_add(cx->arena, &people, x.requested_by.id);
    ids_add(cx->arena, &people, x.exported_by.id);
    TRY(user_refs(cx, people, &users));
    if (x.requested_by.id.len) x.requested_by = user_ref(users, x.requested_by.id);
    if (x.exported_by.id.len) x.exported_by = user_ref(users, x.exported_by.id);
    x.changed_since = x.exported_ms && !str_eq(x.said, said_by(cx, r));
    *ret = x;
    return OK;
}

Err target_pages_list(Cx *cx, Req *req, Res *res)
{
    Report r;
    ReportExports all = { 0 };
    TRY(report_get(cx, req_param(req, "report"), &r));
    for (size_t i = 0; integrations[i]; i++) {
        bool found;
        ReportExport x;
        if (!integrations[i]->exporter) continue;
        TRY(get(cx, &r, str_of(integrations[i]->exporter->kind), &found, &x));
        if (found) *list_add(cx->arena, &all) = x;
    }
    res_list(cx, res, &report_export_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static Str payload_of(Cx *cx, Str report, Str target) { return arena_fmt(cx->arena, STR_FMT " " STR_FMT, STR_ARG(target), STR_ARG(report)); }
static Str key_of(Cx *cx, Str report, Str target) { return arena_fmt(cx->arena, "export:" STR_FMT ":" STR_FMT, STR_ARG(target), STR_ARG(report)); }

static Err tell(Cx *cx, const Report *r)
{
    return live_touch(cx, arena_fmt(cx->arena, "report:" STR_FMT, STR_ARG(r->id)), "exported", r->id, r->version, r->audience);
}

static Err refuse_private(Cx *cx, const Report *r, Str title)
{
    if (!r->audience.len) return OK;
    return fail(cx->arena, ERR_FORBIDDEN, STR_FMT " is private: on a page of " STR_FMT " more people could read it", STR_ARG(r->reference), STR_ARG(title));
}

Err target_pages_post(Cx *cx, Req *req, Res *res)
{
    Report r;
    ExportTarget t;
    ReportExport x;
    bool found;
    TRY(report_get(cx, req_param(req, "report"), &r));
    TRY(target_get(cx, req_param(req, "target"), &t));
    if (!r.can_edit) return fail(cx->arena, ERR_FORBIDDEN, STR_FMT " is read only for you", STR_ARG(r.reference));
    if (!t.configured) return fail(cx->arena, ERR_CONFLICT, STR_FMT " is not set up: an administrator does that in the settings", STR_ARG(t.title));
    TRY(refuse_private(cx, &r, t.title));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_export_want);
    stmt_str(&q, "report", r.id);
    stmt_str(&q, "target", t.kind);
    stmt_str_or_null(&q, "user", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(job_add(cx, "export.page", payload_of(cx, r.id, t.kind), 0, key_of(cx, r.id, t.kind)));
    TRY(audit_add(cx, "report.exported", "report", r.id, audit_name(cx->arena, t.title)));
    TRY(tell(cx, &r));
    TRY(get(cx, &r, t.kind, &found, &x));
    res_json(cx, res, &report_export_shape, &x);
    res->http.status = 202;
    return OK;
}

/* -- the run -------------------------------------------------------------------------------------------------------------- */

typedef struct Run {
    Str report, target, site, page_id, former_title, user, title;
    int64_t wanted, attempts, edition;
    bool claimed;
    ExportPlace place;
    Export x;
    ExportedPage page;
    Str state, error, said;
    Cx *cx;
} Run;

static Err claim(Cx *cx, void *arg)
{
    Run *r = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_export_claim);
    stmt_str(&q, "report", r->report);
    stmt_str(&q, "target", r->target);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_int(&q, "lease_ms", cx->now_ms + LEASE_MS);
    r->claimed = stmt_step(&q);
    if (r->claimed) {
        r->site = stmt_col_str(&q, 0);
        r->page_id = stmt_col_str(&q, 1);
        r->former_title = stmt_col_str(&q, 2);
        r->wanted = stmt_col_int(&q, 3);
        r->attempts = stmt_col_int(&q, 4);
        r->user = stmt_col_str(&q, 5);
    }
    return stmt_end(&q);
}

/* What the page will be called, before it is made: a crash after that leaves a page which is found by this name. */
static Err note_title(Cx *cx, void *arg)
{
    const Run *r = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_export_try);
    stmt_str(&q, "report", r->report);
    stmt_str(&q, "target", r->target);
    stmt_str(&q, "title", r->title);
    stmt_int(&q, "lease_ms", app_cx(cx->app, cx->arena, NULL).now_ms + LEASE_MS);
    return stmt_exec(&q);
}

static Err end(Cx *cx, void *arg)
{
    const Run *r = arg;
    Report report;
    if (r->page.id.len) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_export_page);
        stmt_str(&q, "report", r->report);
        stmt_str(&q, "target", r->target);
        stmt_str(&q, "site", r->place.site);
        stmt_str(&q, "page", r->page.id);
        stmt_str(&q, "url", r->page.url);
        TRY(stmt_exec(&q));
    }
    if (str_eq(r->state, S("done"))) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_export_done);
        stmt_str(&q, "report", r->report);
        stmt_str(&q, "target", r->target);
        stmt_str(&q, "said", r->said);
        stmt_int(&q, "edition", r->edition);
        stmt_str_or_null(&q, "user", r->user);
        stmt_int(&q, "now_ms", cx->now_ms);
        TRY(stmt_exec(&q));
    }
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_export_end);
    stmt_str(&q, "report", r->report);
    stmt_str(&q, "target", r->target);
    stmt_str(&q, "state", r->state);
    stmt_str(&q, "error", r->error);
    stmt_int(&q, "wanted", r->wanted);
    bool more = stmt_step(&q) && str_eq(stmt_col_str(&q, 0), S("waiting")) && !str_eq(r->state, S("waiting"));
    TRY(stmt_end(&q));
    if (more) TRY(job_add(cx, "export.page", payload_of(cx, r->report, r->target), 0, key_of(cx, r->report, r->target)));
    TRY(report_get(cx, r->report, &report));
    return tell(cx, &report);
}

static Str picture_name(void *arg, size_t i)
{
    const Run *r = arg;
    return target_picture_name(r->cx->arena, &r->x.pictures.at[i].file);
}

static Err picture(void *arg, size_t i, ExportPicture *ret)
{
    Run *r = arg;
    PlainPicture p;
    TRY(job_progress(r->cx, (int64_t)i, (int64_t)r->x.pictures.len));
    TRY(cx_write(r->cx, note_title, r));                     /* and the lease is renewed */
    TRY(export_plain(r->cx, &r->x.pictures.at[i], &p));
    *ret = (ExportPicture){ picture_name(arg, i), arena_fmt(r->cx->arena, "image/" STR_FMT, STR_ARG(p.format)), p.bytes };
    return OK;
}

/* A page is read by more people than may read reports: only pictures of this one go along. */
static void own_pictures(Export *x)
{
    size_t kept = 0;
    list_each(&x->pictures, i)
        if (str_eq(x->pictures.at[i].file.report_id, x->edition.report.id)) x->pictures.at[kept++] = x->pictures.at[i];
    x->pictures.len = kept;
}

static Err write_page(Cx *cx, Run *r, int64_t *ret_wait_ms)
{
    const Exporter *exporter = exporter_find(r->target);
    if (!exporter) return fail(cx->arena, ERR_NOT_FOUND, "this version knows no " STR_FMT, STR_ARG(r->target));
    TRY(target_place(cx, r->target, &r->place));
    TRY(export_gather(cx, r->report, EDITION_READERS, &r->x));
    const Report *report = &r->x.edition.report;
    TRY(refuse_private(cx, report, str_of(exporter->title)));
    own_pictures(&r->x);
    r->edition = r->x.edition.version;
    r->said = said_by(cx, report);
    r->title = arena_fmt(cx->arena, STR_FMT ": " STR_FMT, STR_ARG(report->reference), STR_ARG(report->title));
    TRY(cx_write(cx, note_title, r));
    if (str_eq(r->site, r->place.site)) r->page.id = r->page_id;
    Str note = r->edition ? arena_fmt(cx->arena, "Hindsight: " STR_FMT ", version %lld", STR_ARG(report->reference), (long long)r->edition)
                          : arena_fmt(cx->arena, "Hindsight: " STR_FMT ", draft", STR_ARG(report->reference));
    ExportPage what = { .id = report->id, .title = r->title, .former_title = r->former_title, .note = note, .doc = target_doc(cx, &r->x),
                        .n_pictures = r->x.pictures.len, .picture_name = picture_name, .picture = picture, .arg = r };
    auto_export_call call;
    TRY(exporter_open(cx->arena, &r->place, target_allow(cx), &call));
    Err e = exporter->put(&call, &what, &r->page);
    *ret_wait_ms = call.retry_after_ms;
    return e;
}

static bool may_pass(Err e) { return err_is(e, ERR_UNAVAILABLE) || err_is(e, ERR_TOO_MANY); }

Err target_run(Cx *cx, Str payload)
{
    Run r = { .target = str_before(payload, ' '), .report = str_after(payload, ' '), .cx = cx };
    int64_t wait_ms = 0;
    TRY(cx_write(cx, claim, &r));
    if (!r.claimed) {
        bool found = false;
        Report report;
        ReportExport x;
        TRY(report_get(cx, r.report, &report));
        TRY(get(cx, &report, r.target, &found, &x));
        return found && str_eq(x.state, S("running")) ? fail(cx->arena, ERR_CONFLICT, "another run of this export is under way") : OK;
    }
    Err e = write_page(cx, &r, &wait_ms);
    bool again = may_pass(e) && r.attempts < MOST_ATTEMPTS;
    r.state = !e.info ? S("done") : again ? S("waiting") : S("failed");
    r.error = e.info ? str_sub(err_text(cx->arena, e), 0, 2000) : S("");
    TRY(cx_write(cx, end, &r));
    if (again && wait_ms) job_not_before(app_cx(cx->app, cx->arena, NULL).now_ms + wait_ms);
    return again ? e : OK;
}
