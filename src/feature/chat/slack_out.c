/* How a row of what goes out is done in Slack: said, corrected, taken back, reacted to. Each may be done twice and is then done once. */
#include "feature/chat/rules.h"
#include "port/outgoing.h"
#include "sql.gen.h"

/** Did it arrive, although nobody said so? */
static Err look(Cx *cx, PostRow *r, Str thread)
{
    const Json *top;
    Buf form = buf_new(cx->arena, 4000);
    form_add(&form, cx->arena, "channel", r->channel);
    form_add(&form, cx->arena, "include_all_metadata", S("true"));
    form_add(&form, cx->arena, "limit", S("200"));
    form_add(&form, cx->arena, "oldest", arena_fmt(cx->arena, "%lld.000000", (long long)(r->created_ms / 1000 - 60)));
    if (thread.len) form_add(&form, cx->arena, "ts", thread);
    TRY(slack_call(cx, thread.len ? "conversations.replies" : "conversations.history", buf_str(&form), &top));
    json_items(json_get(top, S("messages")), m)
        if (str_eq(json_str_at(json_get(json_get(m, S("metadata")), S("event_payload")), S("id")), r->id)) r->posted = json_str_at(m, S("ts"));
    return OK;
}

static Err say(Cx *cx, PostRow *r, Str text, Str thread)
{
    const Json *top;
    if (!str_eq(r->state, S("waiting"))) TRY(look(cx, r, thread));
    if (r->posted.len) return OK;
    Buf form = buf_new(cx->arena, 256 << 10), mark = buf_new(cx->arena, 4000);
    buf_add(&mark, S("{\"event_type\":\"hindsight_message\",\"event_payload\":{\"id\":"));
    buf_json(&mark, r->id);
    buf_add(&mark, S("}}"));
    form_add(&form, cx->arena, "channel", r->channel);
    form_add(&form, cx->arena, "text", text);
    form_add(&form, cx->arena, "unfurl_links", S("false"));
    form_add(&form, cx->arena, "metadata", buf_str(&mark));
    if (thread.len) form_add(&form, cx->arena, "thread_ts", thread);
    TRY(slack_call(cx, "chat.postMessage", buf_str(&form), &top));
    r->posted = json_str_at(top, S("ts"));
    return OK;
}

/** The call, where one of these answers means that it is so already. */
static Err ask(Cx *cx, const char *method, Str form, const char *const *fine)
{
    const Json *top;
    Err e = slack_call(cx, method, form, &top);
    for (; err_is(e, ERR_INVALID) && *fine; fine++)
        if (str_eq(str_sub(e.info->message, strlen("Slack says: "), e.info->message.len), str_of(*fine))) return OK;
    return e;
}

/** Which message that is there; fails when it was never posted. */
static Err named(Cx *cx, const PostRow *r, const char *field, Buf *form)
{
    Str ts;
    TRY(message_ref_of(cx, r->message, r->source, r->channel, &ts));
    if (!ts.len) return fail(cx->arena, ERR_NOT_FOUND, "the message does not stand in Slack");
    form_add(form, cx->arena, "channel", r->channel);
    form_add(form, cx->arena, field, ts);
    return OK;
}

static Err edit(Cx *cx, PostRow *r, Str text, Str thread)
{
    (void)thread;
    Buf form = buf_new(cx->arena, 256 << 10);
    TRY(named(cx, r, "ts", &form));
    form_add(&form, cx->arena, "text", text);
    return ask(cx, "chat.update", buf_str(&form), (const char *const[]){ NULL });
}

static Err take_back(Cx *cx, PostRow *r, Str text, Str thread)
{
    (void)text, (void)thread;
    Buf form = buf_new(cx->arena, 4000);
    TRY(named(cx, r, "ts", &form));
    return ask(cx, "chat.delete", buf_str(&form), (const char *const[]){ "message_not_found", NULL });
}

/** Our bot reacts as long as somebody here does. */
static Err react(Cx *cx, PostRow *r, Str emoji, Str thread)
{
    (void)thread;
    Buf form = buf_new(cx->arena, 4000);
    Str name = emoji_name(emoji);
    if (!name.len) return fail(cx->arena, ERR_NOT_FOUND, "Slack has no name for " STR_FMT, STR_ARG(emoji));
    TRY(named(cx, r, "timestamp", &form));
    form_add(&form, cx->arena, "name", name);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_reaction_has);
    stmt_str(&q, "source", r->source);
    stmt_str(&q, "channel", r->channel);
    stmt_str(&q, "message", r->message);
    stmt_str(&q, "reaction", emoji);
    bool on = stmt_step(&q);
    TRY(stmt_end(&q));
    return ask(cx, on ? "reactions.add" : "reactions.remove", buf_str(&form), (const char *const[]){ on ? "already_reacted" : "no_reaction", "message_not_found", NULL });
}

static const struct { const char *kind; Err (*run)(Cx *, PostRow *, Str, Str); } kinds[] = { { "say", say }, { "edit", edit }, { "delete", take_back }, { "react", react } };

Err slack_send(Cx *cx, PostRow *r, Str text, Str thread)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(r->kind, str_of(kinds[i].kind))) return kinds[i].run(cx, r, text, thread);
    return fail(cx->arena, ERR_INVALID, "nobody knows how to do this in Slack");
}
