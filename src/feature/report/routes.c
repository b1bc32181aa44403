/* Reports over HTTP. */
#include "app/app.h"
#include "app/limit.h"
#include "document/words.h"
#include "feature/account/account.h"
#include "feature/followup/followup.h"
#include "feature/report/rules.h"

static const char *const languages[] = { "en", "zh", NULL };
static const char *const sorts[] = { "updated", "newest", "oldest", "due", "published", NULL };
static const char *const formats[] = { "markdown", "html", "text", "json", NULL };
#define FILTERS "state severity team channel service cause language incident author owner reviewer overdue q since until sort"

static Err person(Cx *cx, Req *req, const char *name, Str *ret)
{
    Str given = req_query(req, name);
    UserRef user;
    if (!given.len) return OK;
    TRY(user_named(cx, str_of(name), given, &user));
    *ret = user.id;
    return OK;
}

static Err filter_of(Cx *cx, Req *req, ReportFilter *f)
{
    Strs sort = { 0 }, incidents = { 0 };
    TRY(req_filter(cx, req, "state", report_states, &f->state));
    TRY(req_filter(cx, req, "severity", incident_severities, &f->severity));
    TRY(req_filter(cx, req, "team", NULL, &f->team));
    TRY(req_filter(cx, req, "channel", NULL, &f->channel));
    TRY(req_filter(cx, req, "service", NULL, &f->service));
    TRY(req_filter(cx, req, "cause", NULL, &f->cause));
    TRY(req_filter(cx, req, "language", languages, &f->language));
    TRY(req_filter(cx, req, "incident", NULL, &incidents));
    TRY(req_filter(cx, req, "sort", sorts, &sort));
    list_each(&incidents, i) {
        Str id;
        TRY(incident_resolve(cx, incidents.at[i], &id));
        ids_add(cx->arena, &f->incident, id);
    }
    TRY(person(cx, req, "author", &f->author));
    TRY(person(cx, req, "owner", &f->owner));
    TRY(person(cx, req, "reviewer", &f->reviewer));
    TRY(req_time(cx, req, "since", &f->since_ms));
    TRY(req_time(cx, req, "until", &f->until_ms));
    f->overdue = req_flag(req, "overdue");
    f->q = req_query(req, "q");
    if (sort.len) f->sort = sort.at[0];
    return OK;
}

static Err list(Cx *cx, Req *req, Res *res)
{
    ReportFilter f = { 0 };
    Cursor after, last = { 0 };
    Reports page = { 0 };
    int64_t limit = req_limit(req), total = -1;
    TRY(filter_of(cx, req, &f));
    TRY(req_cursor(cx, req, &after));
    TRY(report_list_total(cx, &f, after, limit + 1, &page, &total));
    if (page.len > (size_t)limit) last = (Cursor){ page.at[limit - 1].sort_ms, page.at[limit - 1].id };
    res_list(cx, res, &report_row_shape, page.at, sizeof *page.at, page.len, limit, last, total);
    return OK;
}

static Err counts(Cx *cx, Req *req, Res *res)
{
    ReportFilter f = { 0 };
    ReportCounts c = { 0 };
    TRY(filter_of(cx, req, &f));
    TRY(report_counts(cx, &f, &c));
    res_json(cx, res, &report_counts_shape, &c);
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res)
{
    Report r;
    TRY(report_get(cx, req_param(req, "report"), &r));
    res_record(cx, res, &report_shape, &r, r.version);
    return OK;
}

static Err create(Cx *cx, Req *req, Res *res)
{
    Report r;
    TRY(report_add(cx, BODY(req, ReportInput), &r));
    res_created(cx, res, &report_shape, &r,
                arena_fmt(cx->arena, "/api/v1/reports/" STR_FMT, STR_ARG(r.reference)), r.version);
    return OK;
}

static Err edit(Cx *cx, Req *req, Res *res)
{
    TRY(report_edit(cx, req_param(req, "report"), req->present, BODY(req, ReportInput)));
    return show(cx, req, res);
}

/* -- preview ----------------------------------------------------------------------------------------------------------- */

typedef struct PreviewInput { Str incident_id, template_id; } PreviewInput;
static SHAPE(preview_input_shape, PreviewInput, "What the report would be made from",
    FIELD(PreviewInput, incident_id, REQUIRED, "Id or reference"), FIELD(PreviewInput, template_id, NULLABLE, "Chosen by rule when left out"));
typedef struct Preview { Str title, html, markdown; Ref template; ReportMetrics metrics; } Preview;
static SHAPE(report_preview_shape, Preview, "A report as it would be created",
    FIELD(Preview, title, READ_ONLY, "Its title"), FIELD(Preview, html, READ_ONLY | MULTILINE, "As it will look"), FIELD(Preview, markdown, READ_ONLY | MULTILINE, "As Markdown"),
    FIELD_OF(Preview, template, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "What it is made from"),
    FIELD_OF(Preview, metrics, FIELD_MANY, &report_metric_shape, READ_ONLY, "Key figures"));

static Err preview(Cx *cx, Req *req, Res *res)
{
    PreviewInput *in = BODY(req, PreviewInput);
    Template t;
    Incident i;
    KeyFigures figures;
    DocNode *doc;
    Str incident;
    Preview p = { 0 };
    TRY(incident_resolve(cx, in->incident_id, &incident));
    TRY(incident_get(cx, incident, &i));
    if (in->template_id.len) TRY(template_get(cx, in->template_id, &t));
    else TRY(template_for(cx, &i, template_language(&i, cx->actor.locale), &t));
    TRY(template_fill(cx, &t, incident, cx->actor.time_zone, cx->actor.name, &doc));
    TRY(template_expand_live(cx, t.language, cx->actor.time_zone, NULL, S(""), doc));
    TRY(render_html(cx->arena, doc, &(RenderHtml){ .locale = t.language, .time_zone = cx->actor.time_zone }, &p.html));
    TRY(render_markdown(cx->arena, doc, &p.markdown));
    template_figures(&i, &figures);
    report_metrics(cx->arena, report_figures_json(cx->arena, &figures), S("{}"), &p.metrics);
    p.title = i.title;
    p.template = (Ref){ t.id, t.name };
    res_json(cx, res, &report_preview_shape, &p);
    return OK;
}

/* -- states ------------------------------------------------------------------------------------------------------------ */

typedef struct ReviewInput { Strs reviewer_ids, again_ids; } ReviewInput;
static SHAPE(review_input_shape, ReviewInput, "Whom to ask", FIELD(ReviewInput, reviewer_ids, REQUIRED, "Ids, e-mail addresses or me: all who review it", .max = 20),
    FIELD(ReviewInput, again_ids, NULLABLE, "In review: those of them whose decision is asked for anew", .max = 20));
typedef struct NoteInput { Str note; } NoteInput;
static SHAPE(note_input_shape, NoteInput, "What to say", FIELD(NoteInput, note, MULTILINE | NULLABLE, "Shown beside the decision", .max = 4000));

static Err request_review(Cx *cx, Req *req, Res *res)
{
    TRY(report_request_review(cx, req_param(req, "report"), BODY(req, ReviewInput)->reviewer_ids, BODY(req, ReviewInput)->again_ids));
    return show(cx, req, res);
}
static Err approve(Cx *cx, Req *req, Res *res)
{
    TRY(report_approve(cx, req_param(req, "report"), BODY(req, NoteInput)->note));
    return show(cx, req, res);
}
static Err request_changes(Cx *cx, Req *req, Res *res)
{
    TRY(report_request_changes(cx, req_param(req, "report"), BODY(req, NoteInput)->note));
    return show(cx, req, res);
}
static Err publish(Cx *cx, Req *req, Res *res)
{
    TRY(report_publish(cx, req_param(req, "report")));
    return show(cx, req, res);
}
static Err archive(Cx *cx, Req *req, Res *res)
{
    TRY(report_archive(cx, req_param(req, "report")));
    return show(cx, req, res);
}
static Err reopen(Cx *cx, Req *req, Res *res)
{
    TRY(report_reopen(cx, req_param(req, "report")));
    return show(cx, req, res);
}

typedef struct TemplateInput { Str template_id; } TemplateInput;
static SHAPE(template_input_shape, TemplateInput, "Another template", FIELD(TemplateInput, template_id, REQUIRED, "Its id"));

static Err change_template(Cx *cx, Req *req, Res *res)
{
    TRY(report_change_template(cx, req_param(req, "report"), BODY(req, TemplateInput)->template_id));
    return show(cx, req, res);
}

static Err author_remove(Cx *cx, Req *req, Res *res)
{
    TRY(report_author_remove(cx, req_param(req, "report"), req_param(req, "author")));
    return show(cx, req, res);
}

/* -- content ----------------------------------------------------------------------------------------------------------- */

static Str standalone(Cx *cx, const Report *r, Str body)
{
    Buf b = buf_new(cx->arena, 64u << 20);
    buf_fmt(&b,
            "<!doctype html>\n<html lang=\"" STR_FMT "\">\n<head><meta charset=\"utf-8\"><title>",
            STR_ARG(r->language));
    buf_html(&b, r->title);
    buf_add(&b, S("</title></head>\n<body>\n<h1>"));
    buf_html(&b, r->title);
    buf_add(&b, S("</h1>\n"));
    buf_add(&b, body);
    buf_add(&b, S("</body>\n</html>\n"));
    return buf_str(&b);
}

static Err render_as(Cx *cx, const Report *r, Str format, bool download, DocNode *doc, Str *ret,
                     const char **ret_type)
{
    Arena *a = cx->arena;
    Str body;
    if (str_eq(format, S("markdown"))) {
        *ret_type = "text/markdown; charset=utf-8";
        TRY(render_markdown(a, doc, &body));
        Buf head = buf_new(a, 20u << 20);
        DocNode *title = doc_node(a, "doc"), *h = doc_add(a, title, "heading");
        Str line;
        doc_attr_int(a, h, "level", 1);
        doc_text(a, h, r->title);
        if (download) { TRY(render_markdown(a, title, &line)); buf_add(&head, line); buf_byte(&head, '\n'); }
        buf_add(&head, body);
        *ret = buf_str(&head);
        return OK;
    }
    if (str_eq(format, S("html"))) {
        *ret_type = "text/html; charset=utf-8";
        TRY(render_html(a, doc, &(RenderHtml){ .locale = r->language, .time_zone = cx->actor.time_zone, .incident = r->incidents.len ? r->incidents.at[0].reference : S("") }, &body));
        *ret = download ? standalone(cx, r, body) : body;
        return OK;
    }
    if (str_eq(format, S("json"))) { *ret_type = "application/json"; *ret = doc_json(a, doc); return OK; }
    *ret_type = "text/plain; charset=utf-8";
    return render_text(a, doc, ret);
}

/* ?format= wins over Accept; Markdown when neither says. */
static Err format_of(Cx *cx, Req *req, Str *ret)
{
    Strs given = { 0 };
    TRY(req_filter(cx, req, "format", formats, &given));
    Str accept = http_header(req->http, "Accept");
    *ret = given.len ? given.at[0] : str_find(accept, S("text/html")) >= 0 ? S("html") : str_find(accept, S("text/plain")) >= 0 ? S("text")
         : str_find(accept, S("application/json")) >= 0 ? S("json") : S("markdown");
    return OK;
}

static Err content(Cx *cx, Req *req, Res *res)
{
    Report r;
    DocNode *doc;
    Str format, body, given = req_query(req, "version");
    const char *type;
    int64_t number = 0;
    bool download = req_flag(req, "download");
    TRY(format_of(cx, req, &format));
    TRY(report_get(cx, req_param(req, "report"), &r));
    if (given.len && !str_eq(given, S("published")) && (!str_int(given, &number) || number < 1))
        return fail_field(cx->arena, S("version"), "version is a number, or published");
    if (number) {
        Version v;
        TRY(report_version(cx, r.id, number, &v));
        TRY(doc_from_json(cx->arena, v.content, &doc));
    } else TRY(report_content(cx, &r, given.len > 0, &doc));
    TRY(render_as(cx, &r, format, download, doc, &body, &type));
    res_text(res, 200, type, body);
    if (!download) return OK;
    const char *ending = str_eq(format, S("markdown")) ? "md"
                         : str_eq(format, S("html"))   ? "html"
                         : str_eq(format, S("json"))   ? "json"
                                                       : "txt";
    http_set(&res->http, "Content-Disposition",
             arena_fmt(cx->arena, "attachment; filename=\"" STR_FMT ".%s\"", STR_ARG(r.reference),
                       ending));
    return OK;
}

static Err versions(Cx *cx, Req *req, Res *res)
{
    Versions all = { 0 };
    TRY(report_versions(cx, req_param(req, "report"), &all));
    res_list(cx, res, &report_version_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len,
             (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

/* -- follow-ups -------------------------------------------------------------------------------------------------------- */

static Err follow_up_list(Cx *cx, Req *req, Res *res)
{
    FollowUpFilter f = { .sort = S("due") };
    FollowUps all = { 0 };
    *list_add(cx->arena, &f.report) = req_param(req, "report");
    TRY(followup_list(cx, &f, (Cursor){ 0 }, 200, &all));
    res_list(cx, res, &followup_row_shape, all.at, sizeof *all.at, all.len, 200, (Cursor){ 0 },
             (int64_t)all.len);
    return OK;
}

static Err follow_up_add(Cx *cx, Req *req, Res *res)
{
    FollowUpInput in = *BODY(req, FollowUpInput);
    FollowUp f;
    in.report_id = req_param(req, "report");
    TRY(followup_add(cx, &in, &f));
    res_created(cx, res, &followup_shape, &f,
                arena_fmt(cx->arena, "/api/v1/follow-ups/" STR_FMT, STR_ARG(f.reference)),
                f.version);
    return OK;
}

/* -- share ------------------------------------------------------------------------------------------------------------- */

static Err share_show(Cx *cx, Req *req, Res *res)
{
    Share s;
    TRY(report_share_get(cx, req_param(req, "report"), &s));
    res_json(cx, res, &report_share_shape, &s);
    return OK;
}

typedef struct Making { Str report, hash; const Share *in; Share made; } Making;
static Err make_share(Cx *cx, void *arg)
{
    Making *m = arg;
    return report_share_make(cx, m->report, m->in, m->hash, &m->made);
}

/* The password is hashed before the write: that takes a while. */
static Err share_make(Cx *cx, Req *req, Res *res)
{
    Making m = { .report = req_param(req, "report"), .in = BODY(req, Share) };
    if (m.in->password.len) TRY(password_make(cx, m.in->password, S(""), S(""), &m.hash));
    TRY(cx_write(cx, make_share, &m));
    res_created(cx, res, &report_share_shape, &m.made, S(""), 1);
    return OK;
}

static Err share_remove(Cx *cx, Req *req, Res *res)
{
    res_none(res);
    return report_share_remove(cx, req_param(req, "report"));
}

/* -- the room ---------------------------------------------------------------------------------------------------------- */

/* A document says more than its readers are shown: suggestions, places of comments, guides. So links open pages, and only people rooms. */
static Err join(Cx *cx, Req *req, Res *res)
{
    Report r;
    RoomMember member = { .wants_saved = req_flag(req, "saved"), .user = { cx->actor.id, cx->actor.name, cx->actor.avatar_color } };
    TRY(report_resolve(cx, req_param(req, "room"), &member.document));
    TRY(report_get(cx, member.document, &r));
    member.can_write = r.can_edit;
    return room_join(cx, &member, res);
}

#define ONE "/api/v1/reports/:report"
const Route report_routes[] = {
    { GET, "/api/v1/reports", ROLE_VIEWER, list, .reply = &report_row_shape, .flags = REPLY_LIST, .query = FILTERS, .doc = "Reports; with q the best matches first" },
    { GET, "/api/v1/report-counts", ROLE_VIEWER, counts, .reply = &report_counts_shape, .query = FILTERS, .doc = "How many reports there are in each state" },
    { POST, "/api/v1/reports", ROLE_RESPONDER, create, &report_new_shape, &report_shape, .doc = "Creates a report from a template, filled in from the incident" },
    { POST, "/api/v1/reports/preview", ROLE_VIEWER, preview, &preview_input_shape, &report_preview_shape, .flags = COMPUTES, .doc = "Shows a report as it would be created, and keeps nothing" },
    { GET, ONE, ROLE_VIEWER, show, .reply = &report_shape, .doc = "One report" },
    { PATCH, ONE, ROLE_RESPONDER, edit, &report_edit_shape, &report_shape, .doc = "Changes the record; the text is a live document (/ws/reports/{id})" },
    { POST, ONE "/request-review", ROLE_RESPONDER, request_review, &review_input_shape, &report_shape, .doc = "Asks people to review it; in review already, changes who does" },
    { POST, ONE "/approve", ROLE_RESPONDER, approve, &note_input_shape, &report_shape, .doc = "Approves it; its owner cannot" },
    { POST, ONE "/request-changes", ROLE_RESPONDER, request_changes, &note_input_shape, &report_shape, .doc = "Sends it back to draft" },
    { POST, ONE "/publish", ROLE_RESPONDER, publish, .reply = &report_shape, .doc = "Publishes what it says now; needs approvals unless a manager does it" },
    { POST, ONE "/archive", ROLE_RESPONDER, archive, .reply = &report_shape, .doc = "Archives it: read only" },
    { POST, ONE "/reopen", ROLE_RESPONDER, reopen, .reply = &report_shape, .doc = "Takes it out of the archive, or back to draft" },
    { POST, ONE "/template", ROLE_RESPONDER, change_template, &template_input_shape, &report_shape, .doc = "Puts another template under the text: what people wrote stays, what is empty or only filled in begins anew" },
    { DELETE, ONE "/authors/:author", ROLE_RESPONDER, author_remove, .reply = &report_shape, .flags = NO_MATCH, .doc = "Takes somebody off the authors; they come back when they write again" },
    { GET, ONE "/content", ROLE_VIEWER, content, .query = "format download version", .doc = "The text as Markdown, HTML, plain text or JSON; version=published or a number" },
    { GET, ONE "/versions", ROLE_VIEWER, versions, .reply = &report_version_shape, .flags = REPLY_LIST, .doc = "What was published, newest first" },
    { GET, ONE "/history", ROLE_VIEWER, report_history_get, .reply = &report_history_shape, .flags = REPLY_LIST, .doc = "Versions of the text, newest first" },
    { GET, ONE "/compare", ROLE_VIEWER, report_history_compare, .reply = &report_compared_shape, .query = "from to", .doc = "What changed from one revision to another, or to now" },
    { POST, ONE "/history", ROLE_RESPONDER, report_history_post, &report_name_input_shape, &report_history_shape, .doc = "Names a version" },
    { PATCH, ONE "/history/:mark", ROLE_RESPONDER, report_history_patch, &report_name_input_shape, .flags = NO_MATCH, .doc = "Gives a named version another name" },
    { DELETE, ONE "/history/:mark", ROLE_RESPONDER, report_history_delete, .flags = NO_MATCH, .doc = "Takes a name back; the text of the version stays" },
    { POST, ONE "/restore", ROLE_RESPONDER, report_history_restore, &report_restore_input_shape, &report_shape, .doc = "Makes the text what it was at a revision, as new edits" },
    { GET, ONE "/follow-ups", ROLE_VIEWER, follow_up_list, .reply = &followup_row_shape, .flags = REPLY_LIST, .doc = "Its follow-ups" },
    { POST, ONE "/follow-ups", ROLE_RESPONDER, follow_up_add, &followup_new_shape, &followup_shape, .doc = "Adds a follow-up to it" },
    { GET, ONE "/share", ROLE_RESPONDER, share_show, .reply = &report_share_shape, .doc = "Its secret link, if there is one" },
    { POST, ONE "/share", ROLE_RESPONDER, share_make, &report_share_shape, &report_share_shape, .flags = OWN_WRITES, .doc = "Makes a secret link that needs no account; an older one stops working" },
    { DELETE, ONE "/share", ROLE_RESPONDER, share_remove, .flags = NO_MATCH, .doc = "Revokes the secret link" },
    { GET, "/ws/reports/:room", ROLE_VIEWER, join, .flags = SOCKET, .query = "token saved",
      .doc = "The text as a live document over the y-websocket protocol; with share=SECRET for reading only" },
    { GET, "/reports/:page", ROLE_PUBLIC, report_page, .flags = PAGE },
    { GET, "/share/:secret", ROLE_PUBLIC, report_share_page, .flags = PAGE },
    { POST, "/share/:secret", ROLE_PUBLIC, report_share_unlock, .flags = PAGE | RAW_BODY | NO_CSRF | COMPUTES, .body_bytes = 4096 },
    { 0 },
};
