/* Out to Mattermost and Microsoft Teams: by the webhook of the channel that is the room of an incident, or by the one of the workspace,
 * which hears news of all incidents. Sources: developers.mattermost.com/integrate/webhooks/incoming; Teams: "Create incoming webhooks with
 * Workflows", which take a message with an adaptive card. */
#include "app/limit.h"
#include "app/secret.h"
#include "feature/chat/rules.h"
#include "sql.gen.h"

enum { SAID_MOST = 200 };

static bool is_teams(Str source) { return str_eq(source, S("teams")); }
static const char *called(Str source) { return is_teams(source) ? "Teams" : "Mattermost"; }
static const char *general(Str source) { return is_teams(source) ? "chat.teams_url" : "chat.mattermost_url"; }

Err hook_put(Cx *cx, Str source, Str channel, Str address)
{
    Str sealed = S("");
    if (address.len) TRY(secret_seal(cx, address, &sealed));
    auto_stmt q = stmt_begin(cx->arena, cx->store, address.len ? &sql_chat_hook_put : &sql_chat_hook_remove);
    stmt_str(&q, "source", source);
    stmt_str(&q, "channel", channel);
    if (address.len) stmt_str(&q, "address", sealed);
    return stmt_exec(&q);
}

static Err hook_get(Cx *cx, Str source, Str channel, Str *ret)
{
    *ret = S("");
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_hook_get);
    stmt_str(&q, "source", source);
    stmt_str(&q, "channel", channel);
    Str sealed = stmt_step(&q) ? stmt_col_str(&q, 0) : S("");
    TRY(stmt_end(&q));
    return sealed.len ? secret_unseal(cx, sealed, ret) : OK;
}

Err hook_reaches(Cx *cx, const ChatRoom *room, bool *ret)
{
    Str own;
    TRY(hook_get(cx, room->source, room->channel, &own));
    *ret = own.len || (str_eq(room->source, S("mattermost")) && room->name.len && setting_str(cx, general(room->source)).len);
    return OK;
}

/** Slack's way of writing a text, as it is read elsewhere; "@all" calls nobody. */
static Str plain(Arena *a, Str text)
{
    static const struct { const char *from, *to; } all[] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "@", "@\u200b" } };
    Buf b = buf_new(a, text.len * 4 + 16);
    while (text.len) {
        size_t k = 0;
        while (k < 4 && !str_starts(text, str_of(all[k].from))) k++;
        buf_add(&b, k < 4 ? str_of(all[k].to) : str_sub(text, 0, 1));
        text = str_sub(text, k < 4 ? strlen(all[k].from) : 1, text.len);
    }
    return buf_str(&b);
}

Str hook_payload(Arena *a, Str source, Str channel_name, Str text)
{
    Buf b = buf_new(a, 256 << 10);
    if (is_teams(source)) {
        buf_add(&b, S("{\"type\":\"message\",\"attachments\":[{\"contentType\":\"application/vnd.microsoft.card.adaptive\",\"content\":{\"type\":\"AdaptiveCard\",\"version\":\"1.4\","
                      "\"body\":[{\"type\":\"TextBlock\",\"wrap\":true,\"text\":"));
        buf_json(&b, plain(a, text));
        buf_add(&b, S("}]}}]}"));
        return buf_str(&b);
    }
    buf_add(&b, S("{\"text\":"));
    buf_json(&b, plain(a, text));
    if (channel_name.len) { buf_add(&b, S(",\"channel\":")); buf_json(&b, channel_name); }
    buf_byte(&b, '}');
    return buf_str(&b);
}

/** What the other side says of it: Mattermost's JSON has a message, others answer with text. */
static Str told(Arena *a, const OutgoingAnswer *answer)
{
    const Json *top;
    Str text = answer->body;
    if (!json_read(a, text, &top).info && json_str_at(top, S("message")).len) text = json_str_at(top, S("message"));
    return utf8_valid(text) ? utf8_clip(str_trim(text), SAID_MOST) : S("");
}

Err hook_post(Cx *cx, const char *who, Str url, Str body)
{
    OutgoingAnswer answer;
    if (!url.len) return fail(cx->arena, ERR_INVALID, "there is no webhook of %s", who);
    TRY(outgoing_post(cx->arena, &(Outgoing){ .url = url, .allow = chat_allow(cx), .type = S("application/json"), .body = body }, &answer));
    Str why = told(cx->arena, &answer);
    if (answer.status == 429) {
        int64_t wait_ms = answer.retry_after_ms ? answer.retry_after_ms : 30000;
        job_not_before(cx->now_ms + wait_ms);
        return fail(cx->arena, ERR_TOO_MANY, "%s asks to wait for %lld s", who, (long long)(wait_ms + 999) / 1000);
    }
    if (answer.status < 300) return OK;
    return fail(cx->arena, answer.status >= 500 ? ERR_UNAVAILABLE : ERR_INVALID, "%s answered %d%s" STR_FMT, who, answer.status, why.len ? ": " : "", STR_ARG(why));
}

Err hook_send(Cx *cx, const PostRow *r, Str text)
{
    Str url, name = S("");
    TRY(hook_get(cx, r->source, r->channel, &url));
    if (!url.len && r->channel.len) {                         /* the general one, told which channel */
        ChatRooms rooms = { 0 };
        TRY(room_list(cx, r->incident, &rooms));
        list_each(&rooms, i) if (str_eq(rooms.at[i].source, r->source) && str_eq(rooms.at[i].channel, r->channel)) name = rooms.at[i].name;
        if (!name.len || is_teams(r->source)) return fail(cx->arena, ERR_INVALID, "the channel has no webhook");
    }
    if (!url.len) url = setting_str(cx, general(r->source));
    return hook_post(cx, called(r->source), url, hook_payload(cx->arena, r->source, name, text));
}

static Err test(Cx *cx, Str source, Res *res)
{
    TRY(limit_take(cx, arena_fmt(cx->arena, "chat test " STR_FMT, STR_ARG(source)), 10, 20));
    TRY(hook_post(cx, called(source), setting_str(cx, general(source)), hook_payload(cx->arena, source, S(""), S("Hindsight can post here."))));
    res_none(res);
    return OK;
}

Err hook_test_mattermost(Cx *cx, Req *req, Res *res) { (void)req; return test(cx, S("mattermost"), res); }
Err hook_test_teams(Cx *cx, Req *req, Res *res) { (void)req; return test(cx, S("teams"), res); }
