/* A document of another program becomes a report: first shown, then made, about an incident that is there or one that is filled in
 * afterwards (kind retrospective). Pictures are decoded and encoded again like uploads; what is no picture is left out, and said. */
#include "app/app.h"
#include "app/limit.h"
#include "base/time.h"
#include "base/utf8.h"
#include "document/import_file.h"
#include "document/words.h"
#include "feature/exchange/internal.h"

#define MOST_PICTURES 300
#define PREVIEW_BYTES (3 << 20)
enum { MOST_FETCHED = 30, FETCH_MS = 25000 };

typedef struct ImportReply {
    Str title, language, html;
    int64_t started_ms;
    int64_t headings, tables, lists, pictures, pictures_elsewhere;
    Strs warnings;
    RecordRef report, incident;
} ImportReply;

SHAPE(import_reply_shape, ImportReply, "A document that was read",
    FIELD(ImportReply, title, READ_ONLY, "Its title"), FIELD(ImportReply, language, READ_ONLY, "en or zh, by its text"),
    FIELD_AT(ImportReply, started_ms, READ_ONLY | NULLABLE, "The day that its title, head or file name names"),
    FIELD(ImportReply, html, READ_ONLY | MULTILINE | NULLABLE, "As it will look; only as a preview"),
    FIELD(ImportReply, headings, READ_ONLY, "How many"), FIELD(ImportReply, tables, READ_ONLY, "How many"), FIELD(ImportReply, lists, READ_ONLY, "How many"), FIELD(ImportReply, pictures, READ_ONLY, "How many"),
    FIELD(ImportReply, pictures_elsewhere, READ_ONLY, "Of these stand on other sites: they are fetched when it is imported"),
    FIELD(ImportReply, warnings, READ_ONLY, "What could not be taken over"),
    FIELD_OF(ImportReply, report, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, "What was made of it"),
    FIELD_OF(ImportReply, incident, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, "What it is about"));

typedef struct Import {
    Cx *cx;
    Imported file;
    ImportReply reply;
    Str incident, template_id, report;      /* ids */
    int64_t pictures, preview_bytes, fetched, fetch_until_ms;
    bool preview;
} Import;

/* -- what it says of itself -------------------------------------------------------------------------------------------- */

/* The first "2018-01-18" in a text; 0 when there is none. */
static int64_t day_in(Str s)
{
    for (size_t i = 0; i + 10 <= s.len; i++) {
        Str day = str_sub(s, i, 10);
        int64_t ms;
        char text[32];
        if (day.at[4] != '-' || day.at[7] != '-' || (i && s.at[i - 1] >= '0' && s.at[i - 1] <= '9')) continue;
        snprintf(text, sizeof text, STR_FMT "T00:00:00Z", STR_ARG(day));
        if (time_parse(str_of(text), &ms)) return ms;
    }
    return 0;
}

static Str head_value(Import *m, const char *key)
{
    Str rest = m->file.head, line;
    while (str_next(&rest, '\n', &line)) {
        if (!str_eq(str_trim(str_before(line, ':')), str_of(key))) continue;
        Str v = str_trim(str_after(line, ':'));
        return v.len >= 2 && v.at[0] == '"' && v.at[v.len - 1] == '"' ? str_sub(v, 1, v.len - 2) : v;
    }
    return S("");
}

/* More than one character in twenty is Chinese. */
static Str language_of(Str text)
{
    size_t wide = 0, all = 0;
    for (size_t i = 0, w; i < text.len && all < 20000; i += w, all++) {
        uint32_t c = utf8_next(text, i, &w);
        wide += c >= 0x4E00 && c <= 0x9FFF;
    }
    return wide * 20 > all ? S("zh") : S("en");
}

static void count(Import *m, const DocNode *n, int depth)
{
    ImportReply *c = &m->reply;
    c->headings += doc_is(n, "heading");
    c->tables += doc_is(n, "table");
    c->lists += doc_is(n, "bulletList") || doc_is(n, "orderedList") || doc_is(n, "taskList");
    c->pictures += doc_is(n, "image");
    if (depth < DOC_MAX_DEPTH) list_each(&n->children, i) count(m, n->children.at[i], depth + 1);
}

static void describe(Import *m, Str name)
{
    Cx *cx = m->cx;
    Str text = S(""), language = head_value(m, "language"), file = name;
    for (size_t i = file.len; i-- > 0;) if (file.at[i] == '.') { file.len = i; break; }
    if (render_text(cx->arena, m->file.doc, &text).info) text = S("");
    m->reply.title = m->file.title.len ? m->file.title : utf8_valid(file) && str_trim(file).len ? utf8_clip(str_trim(file), 250) : S("Imported");
    m->reply.language = str_eq(language, S("zh")) || str_eq(language, S("en")) ? language : language_of(text);
    m->reply.started_ms = day_in(m->file.title);
    if (!m->reply.started_ms) m->reply.started_ms = day_in(head_value(m, "started_at").len ? head_value(m, "started_at") : head_value(m, "date"));
    if (!m->reply.started_ms) m->reply.started_ms = day_in(name);
    count(m, m->file.doc, 0);
}

/* -- pictures ---------------------------------------------------------------------------------------------------------- */

static void warn(Import *m, const char *what, Str name)
{
    if (m->reply.warnings.len < 50)
        *list_add(m->cx->arena, &m->reply.warnings) = arena_fmt(m->cx->arena, "%s: " STR_FMT, what, STR_ARG(utf8_clip(str_starts(name, S("data:")) ? S("(in the page)") : name, 120)));
}

static void base64_into(Buf *b, Str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i;
        uint32_t v = (uint32_t)(unsigned char)bytes.at[i] << 16 | (n > 1 ? (uint32_t)(unsigned char)bytes.at[i + 1] << 8 : 0) | (n > 2 ? (unsigned char)bytes.at[i + 2] : 0);
        char four[4] = { digits[v >> 18], digits[v >> 12 & 63], n > 1 ? digits[v >> 6 & 63] : '=', n > 2 ? digits[v & 63] : '=' };
        buf_add(b, (Str){ four, 4 });
    }
}

static const char *kind_of(Str bytes)
{
    return str_starts(bytes, S("\x89PNG")) ? "png" : str_starts(bytes, S("\xff\xd8\xff")) ? "jpeg" : str_starts(bytes, S("GIF8")) ? "gif"
         : str_eq(str_sub(bytes, 8, 4), S("WEBP")) ? "webp" : NULL;
}

/* What stands where a picture could not come along: its text, and a link to where it is. */
static DocNode *instead(Import *m, const DocNode *n)
{
    Arena *a = m->cx->arena;
    Str src = doc_get(n, "src"), alt = doc_get(n, "alt");
    DocNode *p = doc_node(a, "paragraph");
    bool away = doc_link_ok(src) && str_index(src, ':') > 0;
    DocNode *t = doc_text(a, p, alt.len ? alt : away ? src : words_zh(m->reply.language) ? S("（图片缺失）") : S("(picture missing)"));
    if (t && away) doc_mark_attr(a, doc_mark(a, t, "link"), "href", src);
    else if (t) doc_mark(a, t, "italic");
    return p;
}

/* A picture of another site: fetched by the server as pasted ones are, so that readers are not sent there; for so many, and so long.
 * A preview sends nothing out. What stays where it is, is a link, and the reason is said. */
static Err elsewhere(Import *m, DocNode *n, Str src, bool *ret_kept)
{
    Attachment f;
    m->reply.pictures_elsewhere++;
    if (m->preview) return OK;
    if (!m->fetch_until_ms) m->fetch_until_ms = clock_monotonic_ms() + FETCH_MS;
    if (m->fetched >= MOST_FETCHED || clock_monotonic_ms() > m->fetch_until_ms) { warn(m, "linked, not fetched: there are many, or their sites are slow", src); return OK; }
    m->fetched++;
    Err e = attachment_fetch(m->cx, m->report, src, &f);
    if (err_is(e, ERR_INVALID) || err_is(e, ERR_TOO_LARGE) || err_is(e, ERR_TOO_MANY)) { warn(m, arena_cstr(m->cx->arena, e.info->message), src); return OK; }
    TRY(e);
    m->pictures++;
    doc_attr(m->cx->arena, n, "src", f.url);
    *ret_kept = true;
    return OK;
}

static Err picture(Import *m, DocNode *n, bool *ret_kept)
{
    Cx *cx = m->cx;
    Str src = doc_get(n, "src"), bytes, name = src;
    Attachment f;
    *ret_kept = false;
    TRY(import_picture(cx->arena, &m->file, src, &bytes));
    if (!bytes.len && (str_starts(src, S("http://")) || str_starts(src, S("https://")))) return elsewhere(m, n, src, ret_kept);
    const char *kind = kind_of(bytes);
    if (!bytes.len || !kind || m->pictures >= MOST_PICTURES) {
        warn(m, !bytes.len ? "a picture is not in the file" : kind ? "too many pictures" : "no picture that can be shown", src);
        return OK;
    }
    m->pictures++;
    for (Str rest = src, one; str_next(&rest, '/', &one);) name = one;
    if (m->preview) {
        Buf b = buf_new(cx->arena, 8u << 20);
        bool small = m->preview_bytes + (int64_t)bytes.len < PREVIEW_BYTES;
        if (small) { buf_fmt(&b, "data:image/%s;base64,", kind); base64_into(&b, bytes); m->preview_bytes += (int64_t)bytes.len; }
        doc_attr(cx->arena, n, "src", small ? arena_fmt(cx->arena, "/files/" STR_FMT, STR_ARG(buf_str(&b))) : S(""));
        *ret_kept = true;
        return OK;
    }
    Err e = attachment_add(cx, m->report, str_starts(src, S("data:")) ? S("picture") : name, bytes, &f);
    if (err_is(e, ERR_INVALID) || err_is(e, ERR_TOO_LARGE)) { warn(m, arena_cstr(cx->arena, e.info->message), src); return OK; }
    TRY(e);
    doc_attr(cx->arena, n, "src", f.url);
    *ret_kept = true;
    return OK;
}

static Err pictures(Import *m, DocNode *n, int depth)
{
    for (size_t i = 0; i < n->children.len && depth < DOC_MAX_DEPTH; i++) {
        DocNode *c = n->children.at[i];
        bool kept = true;
        if (doc_is(c, "image")) TRY(picture(m, c, &kept));
        if (!kept) n->children.at[i] = instead(m, c);
        else TRY(pictures(m, c, depth + 1));
    }
    return OK;
}

/* -- making ------------------------------------------------------------------------------------------------------------ */

static Err make(Cx *cx, void *arg)
{
    Import *m = arg;
    Report r;
    Incident i;
    if (!m->incident.len) {
        IncidentInput in = { .title = m->reply.title, .kind = S("retrospective"), .status = S("resolved"), .impact_started_ms = m->reply.started_ms };
        if (m->reply.started_ms) in.declared_ms = m->reply.started_ms;
        TRY(incident_add(cx, &in, &i));
    } else TRY(incident_row(cx, m->incident, &i));
    ReportInput in = { .title = m->reply.title, .language = m->reply.language, .owner_id = cx->actor.id, .template_id = words_zh(m->reply.language) ? S("brief-zh") : S("brief-en") };
    *list_add(cx->arena, &in.incident_ids) = i.id;
    TRY(report_add(cx, &in, &r));
    m->report = r.id;
    m->reply.report = (RecordRef){ r.id, r.reference, r.title };
    m->reply.incident = (RecordRef){ i.id, i.reference, i.title };
    return OK;
}

static Err write_text(Cx *cx, void *arg)
{
    Import *m = arg;
    return report_write(cx, m->report, m->file.doc);
}

static Err make_all(Import *m)
{
    TRY(cx_write(m->cx, make, m));
    TRY(pictures(m, m->file.doc, 0));
    return cx_write(m->cx, write_text, m);
}

static Err show(Import *m)
{
    Cx *cx = m->cx;
    TRY(pictures(m, m->file.doc, 0));
    TRY(render_html(cx->arena, m->file.doc, &(RenderHtml){ .image_base = S("hindsight-preview:"), .locale = m->reply.language, .time_zone = cx->actor.time_zone }, &m->reply.html));
    Buf b = buf_new(cx->arena, 32u << 20);
    for (ptrdiff_t at; (at = str_find(m->reply.html, S("src=\"hindsight-preview:"))) >= 0;) {
        buf_add(&b, str_sub(m->reply.html, 0, (size_t)at));
        buf_add(&b, S("src=\""));
        m->reply.html = str_sub(m->reply.html, (size_t)at + 23, m->reply.html.len);
    }
    buf_add(&b, m->reply.html);
    m->reply.html = buf_str(&b);
    return OK;
}

Err import_report(Cx *cx, Req *req, Res *res)
{
    Import m = { .cx = cx, .preview = req_flag(req, "preview") };
    Str incident = req_query(req, "incident"), title = req_query(req, "title"), language = req_query(req, "language");
    TRY(limit_take(cx, arena_fmt(cx->arena, "import:" STR_FMT, STR_ARG(cx->actor.id)), 30, 30));
    if (!req->http->body.len) return fail_field(cx->arena, S("body"), "send the document as the body");
    if (incident.len) TRY(incident_resolve(cx, incident, &m.incident));
    TRY(import_file(cx->arena, req->http->body, &m.file));
    describe(&m, req_query(req, "name"));
    if (title.len) m.reply.title = utf8_clip(str_trim(title), 250);
    if (language.len && !str_eq(language, S("en")) && !str_eq(language, S("zh"))) return fail_field(cx->arena, S("language"), "language is en or zh");
    if (language.len) m.reply.language = language;
    if (req_query(req, "started_at").len) TRY(req_time(cx, req, "started_at", &m.reply.started_ms));
    TRY(m.preview ? show(&m) : make_all(&m));
    if (m.preview) res_json(cx, res, &import_reply_shape, &m.reply);
    else res_created(cx, res, &import_reply_shape, &m.reply, arena_fmt(cx->arena, "/api/v1/reports/" STR_FMT, STR_ARG(m.reply.report.reference)), 1);
    return OK;
}
