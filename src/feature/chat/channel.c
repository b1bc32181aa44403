/* The channel of an incident that was declared in Slack: made, linked, the person who declared invited. Each step is noted, so that a
 * second run goes on where the first one ended; a channel that was made but not noted is known by its name and its maker. */
#include "app/app.h"
#include "feature/chat/rules.h"
#include "sql.gen.h"

enum { NAME_MOST = 70, PAGES_MOST = 20 };

Err chat_channel_ask(Cx *cx, Str incident, Str person)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_channel_add);
    stmt_str(&q, "incident", incident);
    stmt_str(&q, "person", person);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return job_add(cx, "chat.channel", incident, cx->now_ms, arena_fmt(cx->arena, "chat.channel:" STR_FMT, STR_ARG(incident)));
}

/** "inc-42-card-payments-fail": small letters, digits and hyphens. */
static Str name_for(Arena *a, const Incident *i)
{
    Buf b = buf_new(a, 400);
    Str parts[] = { i->reference, S("-"), i->title };
    bool gap = false;
    for (size_t k = 0; k < 3; k++)
        for (size_t n = 0; n < parts[k].len && b.len < NAME_MOST; n++) {
            char c = parts[k].at[n];
            if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
            bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (word && gap && b.len) buf_byte(&b, '-');
            if (word) buf_byte(&b, c);
            gap = !word;
        }
    return buf_str(&b);
}

/** The channel of this name, when it is ours. */
static Err find(Cx *cx, Str name, Str *ret)
{
    const Json *me, *page;
    Str cursor = S("");
    *ret = S("");
    TRY(slack_call(cx, "auth.test", S(""), &me));
    for (int n = 0; n < PAGES_MOST; n++) {
        Buf form = buf_new(cx->arena, 4000);
        form_add(&form, cx->arena, "limit", S("1000"));
        form_add(&form, cx->arena, "exclude_archived", S("true"));
        if (cursor.len) form_add(&form, cx->arena, "cursor", cursor);
        TRY(slack_call(cx, "conversations.list", buf_str(&form), &page));
        json_items(json_get(page, S("channels")), c)
            if (str_eq(json_str_at(c, S("name")), name) && str_eq(json_str_at(c, S("creator")), json_str_at(me, S("user_id"))))
                { *ret = json_str_at(c, S("id")); return OK; }
        cursor = json_str_at(json_get(page, S("response_metadata")), S("next_cursor"));
        if (!cursor.len) return OK;
    }
    return OK;
}

static Err make(Cx *cx, Str name, Str *ret)
{
    const Json *top;
    Buf form = buf_new(cx->arena, 1000);
    form_add(&form, cx->arena, "name", name);
    Err e = slack_call(cx, "conversations.create", buf_str(&form), &top);
    if (!e.info) {
        *ret = json_str_at(json_get(top, S("channel")), S("id"));
        return ret->len ? OK : fail(cx->arena, ERR_UNAVAILABLE, "Slack made a channel without an id");
    }
    if (str_find(e.info->message, S("name_taken")) < 0) return e;
    TRY(find(cx, name, ret));
    return ret->len ? OK : e;
}

typedef struct Made { Str incident, channel, name; } Made;

static Err made(Cx *cx, void *arg)
{
    const Made *m = arg;
    Incident i;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_channel_made);
    stmt_str(&q, "incident", m->incident);
    stmt_str(&q, "channel", m->channel);
    TRY(stmt_exec(&q));
    TRY(incident_row(cx, m->incident, &i));
    TRY(room_link(cx, &(ChatRoom){ .source = S("slack"), .channel = m->channel, .name = m->name, .incident_id = m->incident,
                                   .url = arena_fmt(cx->arena, "https://slack.com/archives/" STR_FMT, STR_ARG(m->channel)) }));
    Str link = app_link(cx, arena_fmt(cx->arena, "/incidents/" STR_FMT, STR_ARG(i.reference)));
    Str text = arena_fmt(cx->arena, "*<" STR_FMT "|" STR_FMT ">* " STR_FMT " · " STR_FMT "\nWhat is said here becomes part of the incident. `/hindsight help` says what can be done.",
                         STR_ARG(link), STR_ARG(i.reference), STR_ARG(slack_words(cx->arena, i.title)), STR_ARG(i.severity));
    return post_add(cx, &(Post){ .id = arena_fmt(cx->arena, "hello:" STR_FMT, STR_ARG(m->incident)), .source = S("slack"), .channel = m->channel,
                                 .incident = m->incident, .text = text });
}

Err chat_channel_run(Cx *cx, Str incident)
{
    Incident i;
    Str person = S(""), channel = S("");
    const Json *top;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_channel_get);
    stmt_str(&q, "incident", incident);
    if (stmt_step(&q)) person = stmt_col_str(&q, 0), channel = stmt_col_str(&q, 1);
    TRY(stmt_end(&q));
    TRY(incident_row(cx, incident, &i));
    if (i.audience.len) return OK;                           /* it turned private meanwhile: nothing goes out */
    if (!channel.len) {
        Str name = name_for(cx->arena, &i);
        TRY(make(cx, name, &channel));
        TRY(cx_write(cx, made, &(Made){ incident, channel, name }));
    }
    Buf form = buf_new(cx->arena, 1000);
    form_add(&form, cx->arena, "channel", channel);
    form_add(&form, cx->arena, "users", person);
    Err e = slack_call(cx, "conversations.invite", buf_str(&form), &top);
    if (err_is(e, ERR_INVALID) && (str_find(e.info->message, S("already_in_channel")) >= 0 || str_find(e.info->message, S("cant_invite_self")) >= 0)) return OK;
    return e;
}
