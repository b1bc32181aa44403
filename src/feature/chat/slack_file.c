/* Pictures that people show in Slack are kept beside the message: fetched with the bot's token, from Slack alone, and decoded like
 * uploads. A file of Slack's may stand elsewhere (a link to a drive): the token does not go there, the link stays a link. */
#include "feature/chat/rules.h"
#include "sql.gen.h"

enum { PICTURE_MOST = 20 << 20, PICTURES_MOST = 10 };

Err slack_pictures_ask(Cx *cx, Str message, const Json *from)
{
    int n = 0;
    json_items(json_get(from, S("files")), f) {
        Str id = json_str_at(f, S("id"));
        if (!str_starts(json_str_at(f, S("mimetype")), S("image/")) || !id.len || id.len > 50 || n++ == PICTURES_MOST) continue;
        Buf b = buf_new(cx->arena, 16 << 10);
        const struct { const char *name; Str value; } texts[] = { { "message", message }, { "file", id }, { "name", json_str_at(f, S("title")).len ? json_str_at(f, S("title")) : json_str_at(f, S("name")) },
            { "at", json_str_at(f, S("url_private")) }, { "page", json_str_at(f, S("permalink")) } };
        for (size_t i = 0; i < 5; i++) {
            buf_fmt(&b, "%s\"%s\":", i ? "," : "{", texts[i].name);
            buf_json(&b, utf8_clip(texts[i].value, 2000));
        }
        buf_byte(&b, '}');
        TRY(job_add(cx, "chat.picture", buf_str(&b), cx->now_ms, arena_fmt(cx->arena, "chat.picture:" STR_FMT ":" STR_FMT, STR_ARG(message), STR_ARG(id))));
    }
    return OK;
}

static Str authority(Str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    return at < 0 ? S("") : str_before(str_before(str_sub(url, (size_t)at + 3, url.len), '/'), '?');
}

bool slack_stands_there(Str url, Str api)
{
    Str host = authority(url), own = authority(api);
    bool same_way = str_starts(url, S("https://")) || str_eq(host, own);
    if (!same_way || !own.len || str_index(host, '@') >= 0 || str_index(host, '\\') >= 0) return false;
    return str_eq_nocase(host, own) || (host.len > own.len + 1 && host.at[host.len - own.len - 1] == '.' && str_eq_nocase(str_sub(host, host.len - own.len, host.len), own));
}

static Err fetch(Cx *cx, Str url, Str *ret)
{
    OutgoingAnswer answer;
    Outgoing what = { .url = url, .allow = chat_allow(cx), .token = setting_str(cx, "chat.slack_bot_token") };
    if (!slack_stands_there(url, setting_str(cx, "chat.slack_api"))) return fail(cx->arena, ERR_FORBIDDEN, "the picture does not stand at Slack");
    TRY(outgoing_get(cx->arena, &what, PICTURE_MOST, &answer));
    if (answer.status == 429) {
        job_not_before(cx->now_ms + (answer.retry_after_ms ? answer.retry_after_ms : 30000));
        return fail(cx->arena, ERR_TOO_MANY, "Slack asks to wait");
    }
    if (answer.status >= 500) return fail(cx->arena, ERR_UNAVAILABLE, "Slack answered %d", answer.status);
    if (answer.status != 200 || !str_starts(answer.type, S("image/")))
        return fail(cx->arena, ERR_INVALID, "Slack gave no picture (%d): the bot token needs the scope files:read", answer.status);
    *ret = answer.body;
    return OK;
}

typedef struct Failed { Str name, why; } Failed;

static Err note(Cx *cx, void *arg)
{
    const Failed *f = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_inbox_failed);
    stmt_str(&q, "name", f->name);
    stmt_str(&q, "kind", S("picture"));
    stmt_str(&q, "error", utf8_clip(f->why, 500));
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

/** It is kept already, or nobody may see it any more. */
static Err is_done(Cx *cx, Str message, Str page, bool *ret)
{
    Message m;
    Err e = message_get(cx, message, &m);
    *ret = err_is(e, ERR_NOT_FOUND) || (!e.info && m.deleted_ms);
    if (*ret || e.info) return *ret ? OK : e;
    list_each(&m.files, i) *ret = *ret || (m.files.at[i].frozen && str_eq(m.files.at[i].type, page));
    return OK;
}

Err slack_picture(Cx *cx, Str payload)
{
    const Json *p, *top;
    Str bytes = S(""), name = S("");
    bool done;
    TRY(json_read(cx->arena, payload, &p));
    Str message = json_str_at(p, S("message")), file = json_str_at(p, S("file")), at = json_str_at(p, S("at")), page = json_str_at(p, S("page"));
    TRY(is_done(cx, message, page, &done));
    if (done) return OK;
    Err e = OK;
    if (!at.len) {                                            /* of a channel that two workspaces share: only asked for does Slack tell */
        Buf form = buf_new(cx->arena, 1000);
        form_add(&form, cx->arena, "file", file);
        e = slack_call(cx, "files.info", buf_str(&form), &top);
        if (!e.info) at = json_str_at(json_get(top, S("file")), S("url_private")), page = json_str_at(json_get(top, S("file")), S("permalink"));
    }
    name = json_str_at(p, S("name"));
    if (!e.info) e = fetch(cx, at, &bytes);
    if (!e.info) e = message_picture(cx, message, page.len ? page : at, name.len ? name : file, bytes);
    if (!e.info || err_is(e, ERR_NOT_FOUND)) return OK;
    if (err_is(e, ERR_UNAVAILABLE) || err_is(e, ERR_TOO_MANY) || err_is(e, ERR_INTERNAL)) return e;
    return cx_write(cx, note, &(Failed){ arena_fmt(cx->arena, "picture:" STR_FMT ":" STR_FMT, STR_ARG(message), STR_ARG(file)), err_text(cx->arena, e) });
}
