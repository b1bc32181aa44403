/* The doors. A signature is checked, what came is kept under its own id, and the answer goes out; the work is a job's. */
#include "app/limit.h"
#include "app/secret.h"
#include "feature/chat/rules.h"
#include "port/alert_source.h"
#include "port/alert_build.h"
#include "port/outgoing.h"
#include "sql.gen.h"

enum { WINDOW_S = 300 };

bool slack_signed(Arena *a, Str secret, Str timestamp, Str signature, Str body, int64_t now_ms)
{
    int64_t at;
    if (!secret.len || !str_starts(signature, S("v0=")) || !str_int(timestamp, &at)) return false;
    int64_t now = now_ms / 1000;
    if (at < now - WINDOW_S || at > now + WINDOW_S) return false;
    Buf b = buf_new(a, body.len + 64);
    buf_fmt(&b, "v0:" STR_FMT ":", STR_ARG(timestamp));
    buf_add(&b, body);
    return alert_signed(str_sub(signature, 3, signature.len), secret, buf_str(&b));
}

static Err keep(Cx *cx, void *arg)
{
    const SlackArrived *in = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_inbox_add);
    stmt_str(&q, "name", in->name);
    stmt_str(&q, "kind", str_of(in->kind));
    stmt_str(&q, "body", in->body);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return job_add(cx, "chat.take", S(""), cx->now_ms, S("chat.take"));
}

Err chat_keep(Cx *cx, const SlackArrived *in) { return cx_write(cx, keep, (void *)(uintptr_t)in); }

static Err unsigned_(Cx *cx, const char *who)
{
    return fail(cx->arena, ERR_UNAUTHENTICATED, "the signature is not that of %s, or older than five minutes", who);
}

/* ---- what it is: the same by HTTP and by socket */

static Err of_event(Arena *a, const Json *top, Str body, SlackArrived *ret)
{
    Str id = json_str_at(top, S("event_id"));
    if (!str_eq(json_str_at(top, S("type")), S("event_callback"))) return OK;
    if (!id.len || id.len > 100) return fail_field(a, S("event_id"), "which event?");
    ret->name = arena_fmt(a, "slack:" STR_FMT, STR_ARG(id));
    ret->kind = "event";
    ret->body = body;
    return OK;
}

static Err of_command(Arena *a, Str form, Str name, SlackArrived *ret)
{
    if (!form_value(a, form, "command").len) return fail_field(a, S("command"), "this is no command");
    Str text = str_trim(form_value(a, form, "text"));
    if (!text.len || str_eq_nocase(text, S("help"))) {
        Buf b = buf_new(a, 16 << 10);
        buf_add(&b, S("{\"response_type\":\"ephemeral\",\"text\":"));
        buf_json(&b, str_of(slack_help));
        buf_byte(&b, '}');
        ret->answer = buf_str(&b);
        return OK;
    }
    *ret = (SlackArrived){ .name = name, .kind = "command", .body = form };
    return OK;
}

static Err check_text(Arena *a, Str text)
{
    return utf8_valid(text) && (!text.len || !memchr(text.at, 0, text.len)) ? OK : fail_field(a, S("body"), "this is no text in UTF-8");
}

Err slack_request(Arena *a, Str type, Str body, SlackArrived *ret)
{
    *ret = (SlackArrived){ .name = S(""), .kind = "", .answer = S("") };
    TRY(check_text(a, body));
    if (str_starts(type, S("application/json"))) {
        const Json *top;
        TRY(json_read(a, body, &top));
        if (str_eq(json_str_at(top, S("type")), S("url_verification"))) { ret->answer = utf8_clip(json_str_at(top, S("challenge")), 500); return OK; }
        return of_event(a, top, body, ret);
    }
    /* A second try of Slack's has the same bytes; what people do again has another trigger. */
    Str name = arena_fmt(a, "slack:" STR_FMT, STR_ARG(secret_hash(a, body))), payload = form_value(a, body, "payload");
    if (!payload.len) return of_command(a, body, name, ret);
    TRY(check_text(a, payload));
    *ret = (SlackArrived){ .name = name, .kind = "action", .body = payload };
    return OK;
}

/** A command as the form that it is by HTTP. */
static Str form_of(Arena *a, const Json *payload)
{
    static const char *const names[] = { "command", "text", "user_id", "channel_id", "channel_name", "response_url", "trigger_id", NULL };
    Buf form = buf_new(a, 256 << 10);
    for (size_t i = 0; names[i]; i++) form_add(&form, a, names[i], json_str_at(payload, str_of(names[i])));
    return buf_str(&form);
}

Err slack_envelope(Arena *a, Str text, SlackEnvelope *ret)
{
    const Json *top;
    *ret = (SlackEnvelope){ .type = S(""), .what = { .name = S(""), .kind = "", .answer = S("") } };
    TRY(json_read(a, text, &top));
    const Json *payload = json_get(top, S("payload"));
    ret->type = json_str_at(top, S("type"));
    ret->id = json_str_at(top, S("envelope_id"));
    ret->reason = json_str_at(top, S("reason"));
    ret->takes_answer = json_is(json_get(top, S("accepts_response_payload")), JS_TRUE);
    if (ret->id.len > 200) return fail_field(a, S("envelope_id"), "the id of the envelope is too long");
    if (!json_is(payload, JS_OBJECT)) return OK;
    Str body = json_compact(a, payload), name = arena_fmt(a, "slack:" STR_FMT, STR_ARG(secret_hash(a, body)));
    if (str_eq(ret->type, S("events_api"))) return of_event(a, payload, body, &ret->what);
    if (str_eq(ret->type, S("slash_commands"))) return of_command(a, form_of(a, payload), name, &ret->what);
    if (str_eq(ret->type, S("interactive"))) ret->what = (SlackArrived){ .name = name, .kind = "action", .body = body };
    return OK;
}

Str slack_acknowledgement(Arena *a, const SlackEnvelope *e)
{
    Buf b = buf_new(a, 32 << 10);
    buf_add(&b, S("{\"envelope_id\":"));
    buf_json(&b, e->id);
    if (e->takes_answer && e->what.answer.len) { buf_add(&b, S(",\"payload\":")); buf_add(&b, e->what.answer); }
    buf_byte(&b, '}');
    return buf_str(&b);
}

Err chat_slack_post(Cx *cx, Req *req, Res *res)
{
    const HttpReq *h = req->http;
    Str secret = setting_str(cx, "chat.slack_signing_secret");
    if (!slack_signed(cx->arena, secret, http_header(h, "X-Slack-Request-Timestamp"), http_header(h, "X-Slack-Signature"), h->body, cx->now_ms))
        return unsigned_(cx, "the Slack app");
    SlackArrived in;
    TRY(slack_request(cx->arena, http_header(h, "Content-Type"), h->body, &in));
    if (in.name.len) TRY(chat_keep(cx, &in));
    res_text(res, 200, str_starts(in.answer, S("{")) ? "application/json" : "text/plain; charset=utf-8", in.answer);
    return OK;
}

/* ---- Mattermost and Teams: what their outgoing webhooks bring is said in a room that was linked */

typedef struct Saying { const ChatSaid *said; bool linked; } Saying;

static Err say(Cx *cx, void *arg)
{
    Saying *s = arg;
    const ChatSaid *x = s->said;
    Message m;
    MessageIn in = { .source = x->source, .channel = x->channel, .source_id = x->id, .body = x->text };
    TRY(room_of(cx, x->source, x->channel, &in.incident));
    s->linked = in.incident.len > 0;
    if (!s->linked) return OK;
    TRY(author_of(cx, x->source, x->key, x->name, S(""), &in.author));
    return message_put(cx, &in, &m, NULL);
}

Err chat_say(Cx *cx, const ChatSaid *said, bool *ret_linked)
{
    Saying s = { said, true };
    if (!said->channel.len || !said->id.len) return fail_field(cx->arena, S("id"), "which message, where?");
    if (str_trim(said->text).len) TRY(cx_write(cx, say, &s));
    *ret_linked = s.linked;
    return OK;
}

static Err keep_said(Cx *cx, const ChatSaid *said, Res *res)
{
    bool linked;
    TRY(chat_say(cx, said, &linked));
    res_text(res, 200, "application/json", linked ? S("{\"type\":\"message\",\"text\":\"\"}")
             : S("{\"type\":\"message\",\"text\":\"This channel is not the room of an incident in Hindsight.\"}"));
    return OK;
}

Err mattermost_said(Arena *a, Str type, Str body, ChatSaid *ret)
{
    const Json *top = NULL;
    *ret = (ChatSaid){ .source = S("mattermost") };
    const struct { const char *name; Str *to; } fields[] = { { "token", &ret->token }, { "channel_id", &ret->channel }, { "post_id", &ret->id },
        { "user_id", &ret->key }, { "user_name", &ret->name }, { "text", &ret->text } };
    if (str_starts(type, S("application/json"))) TRY(json_read(a, body, &top));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i].to = top ? json_str_at(top, str_of(fields[i].name)) : form_value(a, body, fields[i].name);
    return OK;
}

Err chat_mattermost_post(Cx *cx, Req *req, Res *res)
{
    ChatSaid said;
    TRY(mattermost_said(cx->arena, http_header(req->http, "Content-Type"), req->http->body, &said));
    if (!alert_same(said.token, setting_str(cx, "chat.mattermost_token"))) return fail(cx->arena, ERR_UNAUTHENTICATED, "the token is not that of the outgoing webhook");
    return keep_said(cx, &said, res);
}

static Str without_tags(Arena *a, Str html)
{
    Buf b = buf_new(a, html.len + 16);
    bool tag = false;
    for (size_t i = 0; i < html.len; i++) {
        if (html.at[i] == '<') tag = true;
        else if (html.at[i] == '>' && tag) tag = false;
        else if (!tag) buf_byte(&b, html.at[i]);
    }
    return str_trim(buf_str(&b));
}

Err teams_said(Arena *a, Str body, ChatSaid *ret)
{
    const Json *top;
    TRY(json_read(a, body, &top));
    const Json *from = json_get(top, S("from"));
    Str channel = json_str_at(json_get(top, S("channelData")), S("teamsChannelId"));
    if (!channel.len) channel = str_before(json_str_at(json_get(top, S("conversation")), S("id")), ';');
    *ret = (ChatSaid){ .source = S("teams"), .channel = channel, .id = json_str_at(top, S("id")), .key = json_str_at(from, S("id")),
                       .name = json_str_at(from, S("name")), .text = without_tags(a, json_str_at(top, S("text"))) };
    return OK;
}

Err chat_teams_post(Cx *cx, Req *req, Res *res)
{
    ChatSaid said;
    Str given = http_header(req->http, "Authorization"), secret = setting_str(cx, "chat.teams_secret");
    if (!str_starts(given, S("HMAC ")) || !outgoing_signed64(str_sub(given, 5, given.len), secret, req->http->body))
        return fail(cx->arena, ERR_UNAUTHENTICATED, "the signature is not that of the outgoing webhook");
    TRY(teams_said(cx->arena, req->http->body, &said));
    return keep_said(cx, &said, res);
}
