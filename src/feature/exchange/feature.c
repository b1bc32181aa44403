/* Reports in other forms, over HTTP. */
#include <stdatomic.h>
#include <unistd.h>
#include "app/app.h"
#include "app/limit.h"
#include "base/utf8.h"
#include "feature/attachment/helper.h"
#include "feature/exchange/internal.h"
#include "feature/exchange/targets.h"
#include "sql.gen.h"

/* How many exports are made at the same time: each may take a processor and some hundred megabytes. */
#define MOST_AT_ONCE 4
static atomic_int running;
static void leave(int *entered) { if (*entered) atomic_fetch_sub(&running, 1); }

typedef struct Form { const char *name, *type, *ending; Err (*write)(Cx *cx, const Export *x, int fd, int64_t *ret_bytes); } Form;
static const Form forms[] = {
    { "markdown", "application/zip", "zip", export_markdown },
    { "html", "text/html; charset=utf-8", "html", export_html },
    { "pdf", "application/pdf", "pdf", export_pdf },
    { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", export_docx },
    { 0 },
};
static const char *const form_names[] = { "markdown", "html", "pdf", "docx", NULL };

static Err version_of(Cx *cx, Req *req, int64_t *ret)
{
    Str given = req_query(req, "version");
    *ret = str_eq(given, S("published")) ? EDITION_READERS : EDITION_NOW;
    if (!given.len || *ret) return OK;
    return str_int(given, ret) && *ret > 0 ? OK : fail_field(cx->arena, S("version"), "version is a number, or published");
}

/* RFC 6266: the reference for all, the title for those who can. */
static Str disposition(Cx *cx, const Report *r, const char *ending)
{
    Buf b = buf_new(cx->arena, 4000);
    Str name = utf8_clip(arena_fmt(cx->arena, STR_FMT " " STR_FMT, STR_ARG(r->reference), STR_ARG(r->title)), 150);
    buf_fmt(&b, "attachment; filename=\"" STR_FMT ".%s\"; filename*=UTF-8''", STR_ARG(r->reference), ending);
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
        if (plain) buf_byte(&b, (char)c);
        else buf_fmt(&b, "%%%02X", strchr("/\\:*?\"<>|", c) ? '-' : c);
    }
    buf_fmt(&b, ".%s", ending);
    return buf_str(&b);
}

static Err export_one(Cx *cx, Req *req, Res *res)
{
    Strs given = { 0 };
    int64_t version, bytes;
    Export x;
    const Form *form = forms;
    TRY(req_filter(cx, req, "format", form_names, &given));
    TRY(version_of(cx, req, &version));
    for (const Form *f = forms; given.len && f->name; f++) if (str_eq(given.at[0], str_of(f->name))) form = f;
    TRY(limit_take(cx, arena_fmt(cx->arena, "export:" STR_FMT, STR_ARG(cx->actor.id)), 30, 30));
    [[gnu::cleanup(leave)]] int entered = atomic_fetch_add(&running, 1) < MOST_AT_ONCE;
    if (!entered) {
        atomic_fetch_sub(&running, 1);
        return fail(cx->arena, ERR_UNAVAILABLE, "several exports are being made already: try again in a moment");
    }
    TRY(export_gather(cx, req_param(req, "report"), version, &x));
    auto_fd fd = -1;
    TRY(attachment_scratch(cx, &fd));
    TRY(form->write(cx, &x, fd, &bytes));
    if (lseek(fd, 0, SEEK_SET) < 0) return fail(cx->arena, ERR_UNAVAILABLE, "cannot read the file that was made");
    res->http.status = 200;
    res->http.type = str_of(form->type);
    res->http.fd = fd;
    res->http.fd_bytes = bytes;
    fd = -1;
    http_set(&res->http, "Content-Disposition", disposition(cx, &x.edition.report, form->ending));
    http_set(&res->http, "Cache-Control", S("private, no-store"));
    return OK;
}

#define ONE "/api/v1/reports/:report"
#define TARGETS "/api/v1/export-targets"
static const Route routes[] = {
    { GET, ONE "/export", ROLE_VIEWER, export_one, .query = "format version",
      .doc = "The report as a file: markdown (a zip with its pictures), html (one file), pdf or docx; version=published or a number" },
    { POST, "/api/v1/report-imports", ROLE_RESPONDER, import_report, .reply = &import_reply_shape, .flags = RAW_BODY | OWN_WRITES, .query = "name incident title language started_at preview",
      .body_bytes = 40u << 20, .doc = "Makes a report of a document (DOCX, HTML, Markdown, or a zip of a page and its pictures), about the incident or one filled in afterwards; preview=true only shows it" },
    { GET, TARGETS, ROLE_VIEWER, targets_list, .reply = &export_target_row_shape, .flags = REPLY_LIST, .doc = "Places outside where reports can become pages" },
    { GET, TARGETS "/:target", ROLE_ADMIN, targets_get, .reply = &export_target_shape, .doc = "How a place outside is set up" },
    { PUT, TARGETS "/:target", ROLE_ADMIN, targets_put, &export_target_shape, &export_target_shape, OWN_WRITES, .doc = "Sets it up: it is tried first, and only kept when pages can be written there" },
    { POST, TARGETS "/:target/test", ROLE_ADMIN, targets_test, &export_target_shape, &export_place_shape, COMPUTES, .doc = "Tries what is given, with the token that is kept when none is; keeps nothing" },
    { DELETE, TARGETS "/:target", ROLE_ADMIN, targets_delete, .doc = "Forgets it and its token; pages that were written stay" },
    { GET, ONE "/exports", ROLE_VIEWER, target_pages_list, .reply = &report_export_shape, .flags = REPLY_LIST, .doc = "The pages of a report in places outside" },
    { POST, ONE "/exports/:target", ROLE_RESPONDER, target_pages_post, .reply = &report_export_shape, .doc = "Makes the page or brings it up to date, in the background" },
    { 0 },
};

static const JobKind jobs[] = {
    { .name = "export.page", .run = target_run, .lease_ms = 120 * 1000 },
    { 0 },
};

const Feature exchange_feature = { .name = "exchange", .schema = &exchange_schema, .routes = routes, .jobs = jobs, .settings = exchange_settings };
