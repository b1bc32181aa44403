/* What people write in Slack, into the war room: messages, edits, deletions, threads, files, reactions, pins. */
#include "feature/account/account.h"
#include "feature/chat/rules.h"
#include "sql.gen.h"

enum { PEOPLE_MOST = 20 };

static int64_t ts_ms(Str ts)
{
    int64_t seconds = 0, micro = 0;
    str_int(str_before(ts, '.'), &seconds);
    str_int(str_sub(str_after(ts, '.'), 0, 3), &micro);
    return seconds > 0 && seconds < 253402300800 ? seconds * 1000 + micro : 0;
}

Err inbox_done(Cx *cx, int64_t n, bool *ret_first)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_inbox_end);
    stmt_int(&q, "n", n);
    stmt_str(&q, "state", S("done"));
    stmt_str(&q, "error", S(""));
    stmt_step(&q);
    *ret_first = stmt_changes(&q) > 0;
    return stmt_end(&q);
}

/* ---- people, before the write */

static Err person_add(SlackIn *in, Str key)
{
    if (!key.len || key.len > 50 || map_get(in->people, key)) return OK;
    SlackPerson *p = arena_make(in->cx->arena, SlackPerson);
    TRY(slack_person(in->cx, key, p));
    map_set(in->people, key, p);
    return OK;
}

Err slack_people(SlackIn *in, const Json *message)
{
    Str text = json_str_at(message, S("text"));
    TRY(person_add(in, json_str_at(message, S("user"))));
    for (int n = 0; n < PEOPLE_MOST; n++) {
        ptrdiff_t at = str_find(text, S("<@"));
        if (at < 0) break;
        text = str_sub(text, (size_t)at + 2, text.len);
        TRY(person_add(in, str_before(str_before(text, '>'), '|')));
    }
    return OK;
}

static Str name_of(void *arg, Str id)
{
    const SlackPerson *p = map_get(((SlackIn *)arg)->people, id);
    return p ? p->name : id;
}

static Err author(SlackIn *in, Cx *cx, Str key, MessageAuthor *ret)
{
    const SlackPerson *p = map_get(in->people, key);
    return author_of(cx, S("slack"), key, p ? p->name : key, p ? p->email : S(""), ret);
}

/* ---- messages */

static Str words_of(SlackIn *in, Arena *a, const Json *m)
{
    Str text = slack_plain(a, json_str_at(m, S("text")), name_of, in);
    json_items(json_get(m, S("attachments")), x) {                   /* what apps post: cards */
        if (str_trim(text).len) break;
        Str t = json_str_at(x, S("fallback"));
        if (!t.len) t = json_str_at(x, S("title"));
        if (!t.len) t = json_str_at(x, S("text"));
        text = slack_plain(a, t, name_of, in);
    }
    return utf8_clip(text, MESSAGE_BODY_MAX);
}

static void files_of(Arena *a, const Json *m, MessageFiles *to)
{
    json_items(json_get(m, S("files")), f) {
        if (to->len == MESSAGE_FILES_MAX) return;
        Str name = json_str_at(f, S("title"));
        *list_add(a, to) = (MessageFile){ .kind = S("file"), .name = name.len ? name : json_str_at(f, S("name")),
            .type = json_str_at(f, S("mimetype")), .url = json_str_at(f, S("permalink")), .bytes = json_int_of(json_get(f, S("size"))) };
    }
}

static Err mentions_of(SlackIn *in, Cx *cx, const Json *m, Strs *to)
{
    Str text = json_str_at(m, S("text"));
    for (int n = 0; n < PEOPLE_MOST; n++) {
        ptrdiff_t at = str_find(text, S("<@"));
        if (at < 0) return OK;
        text = str_sub(text, (size_t)at + 2, text.len);
        MessageAuthor who = { 0 };
        Str key = str_before(str_before(text, '>'), '|');
        if (!map_get(in->people, key)) continue;
        TRY(author(in, cx, key, &who));
        if (!who.id.len) continue;
        User u;
        TRY(user_get(cx, who.id, &u));
        if (!u.disabled) ids_add(cx->arena, to, who.id);
    }
    return OK;
}

static Err gone(Cx *cx, Str channel, Str id, bool *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_gone_get);
    stmt_str(&q, "channel", channel);
    stmt_str(&q, "id", id);
    *ret = stmt_step(&q);
    return stmt_end(&q);
}

Err slack_message_put(SlackIn *in, Cx *cx, Str channel, const Json *m, Message *ret)
{
    Arena *a = cx->arena;
    Str ts = json_str_at(m, S("ts")), user = json_str_at(m, S("user")), bot = json_str_at(m, S("bot_id")), digits = S("");
    bool is_gone = false;
    *ret = (Message){ 0 };
    if (!ts_ms(ts) || ts.len > 40) return fail_field(a, S("ts"), "the message has no time");
    TRY(gone(cx, channel, ts, &is_gone));
    if (is_gone) return OK;
    digits = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(str_before(ts, '.')), STR_ARG(str_after(ts, '.')));
    MessageIn message = { .incident = in->incident, .source = S("slack"), .channel = channel, .source_id = ts, .thread = json_str_at(m, S("thread_ts")),
        .body = words_of(in, a, m), .at_ms = ts_ms(ts), .edited_ms = ts_ms(json_str_at(json_get(m, S("edited")), S("ts"))),
        .url = arena_fmt(a, "https://slack.com/archives/" STR_FMT "/p" STR_FMT, STR_ARG(channel), STR_ARG(digits)) };
    files_of(a, m, &message.files);
    if (!str_trim(message.body).len && !message.files.len) return OK;
    if (user.len) TRY(author(in, cx, user, &message.author));
    else {
        Str name = json_str_at(json_get(m, S("bot_profile")), S("name"));
        if (!name.len) name = json_str_at(m, S("username"));
        message.author = (MessageAuthor){ .key = bot, .name = name.len ? name : bot.len ? bot : S("Slack") };
    }
    TRY(mentions_of(in, cx, m, &message.mention_ids));
    TRY(message_put(cx, &message, ret, NULL));
    return slack_pictures_ask(cx, ret->id, m);
}

/* ---- one event */

typedef struct Turn { SlackIn in; int64_t n; const Json *event, *message; Str type, subtype, channel; } Turn;

static Err removed(Cx *cx, Str channel, Str ts)
{
    Str id;
    Message m;
    Err e = message_find(cx, S("slack"), channel, ts, &id);
    if (!e.info) TRY(message_get(cx, id, &m));
    if (!e.info) return str_eq(m.source, S("slack")) ? message_delete(cx, id) : OK;      /* our own post: what was said here stays here */
    if (!err_is(e, ERR_NOT_FOUND)) return e;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_gone_add);
    stmt_str(&q, "channel", channel);
    stmt_str(&q, "id", ts);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

/** The message that a reaction or a pin is about; "" when it was said before the channel became a room. */
static Err about(Cx *cx, Str channel, Str ts, Str *ret)
{
    Err e = message_find(cx, S("slack"), channel, ts, ret);
    if (!err_is(e, ERR_NOT_FOUND)) return e;
    *ret = S("");
    return OK;
}

static Err said(Turn *t, Cx *cx)
{
    Message m;
    if (str_eq(t->subtype, S("message_deleted"))) return removed(cx, t->channel, json_str_at(t->event, S("deleted_ts")));
    return slack_message_put(&t->in, cx, t->channel, t->message, &m);
}

static Err reacted(Turn *t, Cx *cx)
{
    Str id;
    MessageAuthor who;
    TRY(about(cx, t->channel, json_str_at(json_get(t->event, S("item")), S("ts")), &id));
    if (!id.len) return OK;
    TRY(author(&t->in, cx, json_str_at(t->event, S("user")), &who));
    Err e = message_react(cx, id, who, emoji_of(cx->arena, utf8_clip(json_str_at(t->event, S("reaction")), 50)), str_eq(t->type, S("reaction_added")));
    return err_is(e, ERR_CONFLICT) ? OK : e;                  /* it was deleted meanwhile */
}

static Err pinned(Turn *t, Cx *cx)
{
    Str id;
    const Json *item = json_get(t->event, S("item"));
    TRY(about(cx, t->channel, json_str_at(json_get(item, S("message")), S("ts")), &id));
    if (!id.len) return OK;
    Err e = message_pin(cx, id, str_eq(t->type, S("pin_added")));
    return err_is(e, ERR_CONFLICT) ? OK : e;
}

static const struct { const char *type; Err (*take)(Turn *, Cx *); } events[] = {
    { "message", said }, { "reaction_added", reacted }, { "reaction_removed", reacted }, { "pin_added", pinned }, { "pin_removed", pinned },
};

static Err apply(Cx *cx, void *arg)
{
    Turn *t = arg;
    bool first;
    TRY(inbox_done(cx, t->n, &first));
    for (size_t i = 0; first && t->in.incident.len && i < sizeof events / sizeof *events; i++)
        if (str_eq(t->type, str_of(events[i].type))) return events[i].take(t, cx);
    return OK;
}

/** Our own posts come back as events, too. */
static bool ours(const Json *top, const Json *event, const Json *message)
{
    Str app = json_str_at(top, S("api_app_id")), user = json_str_at(message, S("user"));
    if (!user.len) user = json_str_at(event, S("user"));
    if (app.len && (str_eq(app, json_str_at(message, S("app_id"))) || str_eq(app, json_str_at(json_get(message, S("bot_profile")), S("app_id"))))) return true;
    json_items(json_get(top, S("authorizations")), x)
        if (json_is(json_get(x, S("is_bot")), JS_TRUE) && str_eq(user, json_str_at(x, S("user_id"))) && user.len) return true;
    return false;
}

static bool says_something(Str subtype)
{
    static const char *const words[] = { "", "file_share", "thread_broadcast", "bot_message", "me_message", "message_changed", "message_deleted", NULL };
    for (size_t i = 0; words[i]; i++)
        if (str_eq(subtype, str_of(words[i]))) return true;
    return false;                                             /* joins, topics and other noise */
}

Err slack_event(Cx *cx, int64_t n, Str body)
{
    const Json *top;
    TRY(json_read(cx->arena, body, &top));
    const Json *event = json_get(top, S("event")), *item = json_get(event, S("item"));
    Turn t = { .in = { .cx = cx, .top = top, .people = map_new(cx->arena) }, .n = n, .event = event, .message = event,
               .type = json_str_at(event, S("type")), .subtype = json_str_at(event, S("subtype")), .channel = json_str_at(event, S("channel")) };
    if (!t.channel.len) t.channel = json_str_at(event, S("channel_id"));
    if (!t.channel.len) t.channel = json_str_at(item, S("channel"));
    bool message = str_eq(t.type, S("message"));
    if (str_eq(t.subtype, S("message_changed"))) t.message = json_get(event, S("message"));
    if (t.channel.len && !ours(top, event, t.message) && (!message || says_something(t.subtype)))
        TRY(room_of(cx, S("slack"), t.channel, &t.in.incident));
    if (t.in.incident.len) TRY(slack_people(&t.in, t.message));
    return cx_write(cx, apply, &t);
}
