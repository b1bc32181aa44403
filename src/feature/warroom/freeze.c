/* Volatile evidence is frozen when it is said: of a link to a graph or a change its title as it was, of a picture elsewhere the
 * picture. Fetched once, by the server, from where everybody may look (files.fetch_allow widens that). */
#include "app/fetch.h"
#include "base/utf8.h"
#include "feature/attachment/attachment.h"
#include "feature/warroom/rules.h"
#include "sql.gen.h"

enum { LINKS_MOST = 3, PAGE_BYTES = 512 << 10 };

typedef struct Freezing { Str message, url; MessageFile file; } Freezing;

/** The text of <title>, without the entities that titles have. */
Str title_of_page(Arena *a, Str html)
{
    ptrdiff_t at = str_find(html, S("<title"));
    if (at < 0) return S("");
    Str rest = str_after(str_sub(html, (size_t)at, html.len), '>');
    ptrdiff_t end = str_find(rest, S("<"));
    if (end < 0 || !utf8_valid(str_sub(rest, 0, (size_t)end))) return S("");
    Str raw = str_trim(str_sub(rest, 0, (size_t)end));
    static const struct { const char *name; char c; } all[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#39;", '\'' } };
    Buf b = buf_new(a, 4096);
    for (size_t i = 0; i < raw.len;) {
        size_t k = 0;
        while (k < 5 && !str_starts(str_sub(raw, i, 6), str_of(all[k].name))) k++;
        unsigned char c = (unsigned char)raw.at[i];
        buf_byte(&b, k < 5 ? all[k].c : c < ' ' ? ' ' : (char)c);
        i += k < 5 ? strlen(all[k].name) : 1;
    }
    return utf8_clip(buf_str(&b), 200);
}

static Err keep(Cx *cx, void *arg)
{
    Freezing *f = arg;
    Message m;
    Attachment kept;
    TRY(message_get(cx, f->message, &m));
    if (m.deleted_ms) return OK;
    int64_t n = 0;
    list_each(&m.files, i) {
        if (m.files.at[i].frozen && str_eq(m.files.at[i].type, f->url)) return OK;
        n += m.files.at[i].frozen;
    }
    if (str_eq(f->file.kind, S("image"))) TRY(attachment_use(cx, m.incident_id, f->file.id, &kept));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_file_insert);
    stmt_str(&q, "message", m.id);
    stmt_int(&q, "position", MESSAGE_FROZEN + n);
    stmt_str(&q, "id", f->file.id);
    stmt_str(&q, "kind", f->file.kind);
    stmt_str(&q, "name", f->file.name);
    stmt_str(&q, "type", f->url);
    stmt_str(&q, "url", f->file.url);
    stmt_int(&q, "bytes", f->file.bytes);
    stmt_int(&q, "width", f->file.width);
    stmt_int(&q, "height", f->file.height);
    TRY(stmt_exec(&q));
    auto_stmt v = stmt_begin(cx->arena, cx->store, &sql_message_touch);
    stmt_str(&v, "id", m.id);
    TRY(stmt_exec(&v));
    TRY(message_get(cx, m.id, &m));
    TRY(proposal_look(cx, &m));
    Incident i;
    TRY(incident_row(cx, m.incident_id, &i));
    return live_touch(cx, arena_fmt(cx->arena, "messages:" STR_FMT, STR_ARG(i.id)), "frozen", m.id, m.version, i.audience);
}

bool message_file_is_pictured(const Message *m, const MessageFile *f)
{
    list_each(&m->files, i)
        if (f->url.len && str_eq(f->kind, S("file")) && m->files.at[i].frozen && str_eq(m->files.at[i].kind, S("image")) && str_eq(m->files.at[i].type, f->url)) return true;
    return false;
}

static Err keep_picture(Cx *cx, Freezing *f, Str incident, Str name, Str bytes)
{
    Attachment kept;
    TRY(attachment_add_said(cx, incident, name, bytes, &kept));
    f->file = (MessageFile){ .id = kept.id, .kind = S("image"), .name = name, .url = kept.url, .bytes = kept.bytes, .width = kept.width, .height = kept.height };
    return cx_write(cx, keep, f);
}

Err message_picture(Cx *cx, Str message, Str url, Str name, Str bytes)
{
    Message m;
    TRY(message_get(cx, message, &m));
    if (m.deleted_ms) return OK;
    list_each(&m.files, i) if (m.files.at[i].frozen && str_eq(m.files.at[i].type, url)) return OK;
    return keep_picture(cx, &(Freezing){ .message = message, .url = url }, m.incident_id, utf8_clip(name, 300), bytes);
}

/** What stands there now; nothing when it cannot be had: the link itself stays in the text. */
static Err look_at(Cx *cx, const Message *m, Freezing *f)
{
    Fetched got;
    Fetch what = { .url = f->url, .allow = setting_str(cx, "files.fetch_allow"), .accept = "text/html, image/*", .deadline_ms = 6000, .max_bytes = 8u << 20 };
    Err e = fetch_get(cx, &what, &got);
    if (e.info || got.status != 200) return OK;
    if (str_starts(got.type, S("image/"))) {
        e = keep_picture(cx, f, m->incident_id, S("graph"), got.body);
        return err_is(e, ERR_INVALID) || err_is(e, ERR_TOO_LARGE) ? OK : e;
    }
    Str title = str_eq(got.type, S("text/html")) ? title_of_page(cx->arena, str_sub(got.body, 0, PAGE_BYTES)) : S("");
    if (!title.len) return OK;
    f->file = (MessageFile){ .id = S(""), .kind = S("link"), .name = title, .url = f->url };
    return cx_write(cx, keep, f);
}

Err message_freeze(Cx *cx, const Event *event)
{
    Message m;
    ProposalReasons why = { 0 };
    Str kind;
    if (!setting_bool(cx, "warroom.freeze_links")) return OK;
    Err e = message_get(cx, event->object, &m);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    signals_of(cx->arena, &m, &why, &kind);
    bool links = false;
    list_each(&why, i) links = links || str_eq(why.at[i].reason, S("graph")) || str_eq(why.at[i].reason, S("link"));
    Strs all = links_of(cx->arena, m.body);
    for (size_t i = 0; links && i < all.len && i < LINKS_MOST; i++)
        TRY(look_at(cx, &m, &(Freezing){ .message = m.id, .url = all.at[i] }));
    return OK;
}
