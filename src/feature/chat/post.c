/* What goes out: one row for each piece of news and place, sent in their order. A row is claimed before it is sent; when nobody knows
 * whether Slack took it (the connection broke, the server was killed), Slack is asked for the message with our mark first. Nothing of
 * a private incident goes out, also when it turned private after the row was written. */
#include "app/app.h"
#include "feature/chat/rules.h"
#include "sql.gen.h"

enum { CLAIM_MS = 90 * 1000, TEXT_MOST = 12000 };

Str slack_words(Arena *a, Str text)
{
    Buf b = buf_new(a, text.len * 5 + 16);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '&') buf_add(&b, S("&amp;"));
        else if (c == '<') buf_add(&b, S("&lt;"));
        else if (c == '>') buf_add(&b, S("&gt;"));
        else if (c == '*' && str_starts(str_sub(text, i, 2), S("**"))) { buf_byte(&b, '*'); i++; }
        else buf_byte(&b, c);
    }
    return buf_str(&b);
}

Err post_add(Cx *cx, const Post *p)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_post_add);
    stmt_str(&q, "id", p->id);
    stmt_str(&q, "source", p->source);
    stmt_str(&q, "channel", p->channel);
    stmt_str(&q, "incident", p->incident);
    stmt_str(&q, "message", p->message);
    stmt_str(&q, "url", p->url);
    stmt_str(&q, "text", p->text);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    Str place = arena_fmt(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(p->source), STR_ARG(p->channel));
    return job_add(cx, "chat.post", place, cx->now_ms, arena_fmt(cx->arena, "chat.post:" STR_FMT, STR_ARG(place)));
}

/* ---- sending one */

typedef struct Row {
    int64_t n, created_ms, claimed_ms;
    Str source, channel, id, incident, message, url, text, state;
    bool mine, found;
    Str end, error, posted;
} Row;

static Err next(Cx *cx, Row *r)
{
    r->found = false;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_post_next);
    stmt_str(&q, "source", r->source);
    stmt_str(&q, "channel", r->channel);
    if (stmt_step(&q)) {
        r->found = true;
        r->n = stmt_col_int(&q, 0);
        Str *texts[] = { &r->id, &r->incident, &r->message, &r->url, &r->text, &r->state };
        for (int i = 0; i < 6; i++) *texts[i] = stmt_col_str(&q, i + 1);
        r->created_ms = stmt_col_int(&q, 7);
        r->claimed_ms = stmt_col_int(&q, 8);
    }
    return stmt_end(&q);
}

static Err claim(Cx *cx, void *arg)
{
    Row *r = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_post_claim);
    stmt_int(&q, "n", r->n);
    stmt_str(&q, "state", r->state);
    stmt_int(&q, "claimed_ms", r->claimed_ms);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_step(&q);
    r->mine = stmt_changes(&q) > 0;
    return stmt_end(&q);
}

static Err settle(Cx *cx, void *arg)
{
    const Row *r = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_post_end);
    stmt_int(&q, "n", r->n);
    stmt_str(&q, "state", r->end);
    stmt_str(&q, "error", utf8_clip(r->error, 500));
    stmt_str(&q, "posted", r->posted);
    TRY(stmt_exec(&q));
    if (!r->posted.len || !r->message.len) return OK;
    return message_ref_put(cx, r->message, r->source, r->channel, r->posted);
}

static Err end(Cx *cx, Row *r, Str state, Str error)
{
    r->end = state;
    r->error = error;
    return cx_write(cx, settle, r);
}

/** What to say, and in which thread; empty: nothing (any more). */
static Err words(Cx *cx, Row *r, Str *ret_text, Str *ret_thread)
{
    *ret_text = r->text;
    *ret_thread = S("");
    if (r->incident.len) {
        Incident i;
        TRY(incident_row(cx, r->incident, &i));
        if (i.audience.len) { *ret_text = S(""); return OK; }
    }
    if (!r->message.len) return OK;
    Message m;
    TRY(message_get(cx, r->message, &m));
    if (m.thread_id.len) TRY(message_ref_of(cx, m.thread_id, r->source, r->channel, ret_thread));
    *ret_text = m.deleted_ms ? S("") : arena_fmt(cx->arena, "*" STR_FMT ":* " STR_FMT, STR_ARG(slack_words(cx->arena, m.author.name)), STR_ARG(slack_words(cx->arena, utf8_clip(m.body, TEXT_MOST))));
    return OK;
}

/** Did it arrive, although nobody said so? */
static Err look(Cx *cx, Row *r, Str thread)
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

static Err to_slack(Cx *cx, Row *r, Str text, Str thread)
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

/** Incoming webhooks of Mattermost and Teams, and where Slack wants the answer to a command. */
static Err to_webhook(Cx *cx, Row *r, Str text)
{
    Outgoing call = { .url = r->url, .allow = chat_allow(cx), .type = S("application/json"), .body = r->text };
    OutgoingAnswer answer;
    if (!str_eq(r->source, S("slack_answer"))) {
        Buf b = buf_new(cx->arena, 64 << 10);
        buf_add(&b, S("{\"text\":"));
        buf_json(&b, text);
        buf_byte(&b, '}');
        call.body = buf_str(&b);
        call.url = setting_str(cx, str_eq(r->source, S("teams")) ? "chat.teams_url" : "chat.mattermost_url");
    }
    if (!call.url.len) return fail(cx->arena, ERR_INVALID, "there is no address to send it to");
    TRY(outgoing_post(cx->arena, &call, &answer));
    if (answer.status == 429) {
        job_not_before(cx->now_ms + (answer.retry_after_ms ? answer.retry_after_ms : 30000));
        return fail(cx->arena, ERR_TOO_MANY, "the webhook asks to wait");
    }
    if (answer.status >= 500) return fail(cx->arena, ERR_UNAVAILABLE, "the webhook answered %d", answer.status);
    if (answer.status >= 300) return fail(cx->arena, ERR_INVALID, "the webhook answered %d", answer.status);
    return OK;
}

static Err send(Cx *cx, Row *r)
{
    Str text, thread;
    r->posted = S("");
    TRY(words(cx, r, &text, &thread));
    if (!text.len) return end(cx, r, S("dropped"), S("private, or deleted"));
    Err e = str_eq(r->source, S("slack")) ? to_slack(cx, r, text, thread) : to_webhook(cx, r, text);
    if (!e.info) return end(cx, r, S("sent"), S(""));
    if (err_is(e, ERR_TOO_MANY)) TRY(end(cx, r, str_eq(r->state, S("waiting")) ? S("waiting") : S("unsure"), err_text(cx->arena, e)));
    else if (err_is(e, ERR_UNAVAILABLE) || err_is(e, ERR_INTERNAL)) TRY(end(cx, r, S("unsure"), err_text(cx->arena, e)));
    else return end(cx, r, S("dropped"), err_text(cx->arena, e));
    return e;
}

/** `payload`: "slack/C024BE7LR" */
Err post_run(Cx *cx, Str payload)
{
    for (;;) {
        Row r = { .source = str_before(payload, '/'), .channel = str_after(payload, '/') };
        TRY(next(cx, &r));
        if (!r.found) return OK;
        if (str_eq(r.state, S("sending")) && r.claimed_ms > cx->now_ms - CLAIM_MS)
            return fail(cx->arena, ERR_UNAVAILABLE, "another run sends to this channel");      /* it may end before it sees the new row */
        TRY(cx_write(cx, claim, &r));
        if (r.mine) TRY(send(cx, &r));
    }
}

/* ---- what is told: written in the transaction of what happened, so that nothing between can lose it */

typedef struct News { const Event *event; Str text; } News;

static Err tell_rooms(Cx *cx, const News *n)
{
    const Event *e = n->event;
    ChatRooms rooms = { 0 };
    TRY(room_list(cx, e->subject, &rooms));
    list_each(&rooms, i) {
        if (!str_eq(rooms.at[i].source, S("slack"))) continue;
        TRY(post_add(cx, &(Post){ .id = arena_fmt(cx->arena, "%s:" STR_FMT ":%lld:" STR_FMT, e->kind, STR_ARG(e->subject), (long long)e->version, STR_ARG(rooms.at[i].channel)),
                                  .source = S("slack"), .channel = rooms.at[i].channel, .incident = e->subject, .text = n->text }));
    }
    static const struct { const char *source, *setting; } webhooks[] = { { "mattermost", "chat.mattermost_url" }, { "teams", "chat.teams_url" } };
    for (size_t i = 0; i < 2; i++) {
        if (!setting_str(cx, webhooks[i].setting).len) continue;
        TRY(post_add(cx, &(Post){ .id = arena_fmt(cx->arena, "%s:" STR_FMT ":%lld:%s", e->kind, STR_ARG(e->subject), (long long)e->version, webhooks[i].source),
                                  .source = str_of(webhooks[i].source), .incident = e->subject, .text = n->text }));
    }
    return OK;
}

static Err incident_news(Cx *cx, const Event *event)
{
    Incident i;
    TRY(incident_row(cx, event->subject, &i));
    if (i.audience.len) return OK;
    Arena *a = cx->arena;
    Str link = app_link(cx, arena_fmt(a, "/incidents/" STR_FMT, STR_ARG(i.reference)));
    News n = { event, arena_fmt(a, STR_FMT ": " STR_FMT "\n" STR_FMT " · " STR_FMT " · " STR_FMT, STR_ARG(i.reference), STR_ARG(slack_words(a, event->title)),
                                STR_ARG(slack_words(a, i.title)), STR_ARG(i.severity), STR_ARG(link)) };
    return tell_rooms(cx, &n);
}

static Err tell_message(Cx *cx, const Event *e)
{
    ChatRooms rooms = { 0 };
    TRY(room_list(cx, e->subject, &rooms));
    list_each(&rooms, i)
        if (str_eq(rooms.at[i].source, S("slack")))
            TRY(post_add(cx, &(Post){ .id = arena_fmt(cx->arena, "message:" STR_FMT ":" STR_FMT, STR_ARG(e->object), STR_ARG(rooms.at[i].channel)), .source = S("slack"),
                                      .channel = rooms.at[i].channel, .incident = e->subject, .message = e->object }));
    return OK;
}

static Err message_news(Cx *cx, const Event *event)
{
    Incident i;
    if (str_eq(event->source, S("slack")) || str_eq(event->source, S("import"))) return OK;
    TRY(incident_row(cx, event->subject, &i));
    return i.audience.len ? OK : tell_message(cx, event);
}

const Listener chat_listeners[] = {
    { "message.added", LISTEN_NOW, message_news },          { "incident.created", LISTEN_NOW, incident_news },
    { "incident.status_changed", LISTEN_NOW, incident_news }, { "incident.severity_changed", LISTEN_NOW, incident_news },
    { "incident.reopened", LISTEN_NOW, incident_news },     { 0 },
};
