/* Slack's Web API: forms out, JSON back. Source: docs.slack.dev/apis/web-api. */
#include "app/app.h"
#include "feature/chat/rules.h"
#include "port/outgoing.h"
#include "sql.gen.h"

enum { DAY_MS = 24 * 3600 * 1000, PAUSE_MS = 30 * 1000 };

Str chat_allow(Cx *cx) { return setting_str(cx, "chat.allow"); }

static bool passes(Str word)
{
    static const char *const words[] = { "internal_error", "fatal_error", "service_unavailable", "request_timeout", NULL };
    for (size_t i = 0; words[i]; i++)
        if (str_eq(word, str_of(words[i]))) return true;
    return false;
}

/** Slack asks to be left alone for so long. */
static Err asked_to_wait(Cx *cx, SlackCall *call, int64_t wait_ms)
{
    call->wait_ms = wait_ms ? wait_ms : PAUSE_MS;
    job_not_before(cx->now_ms + call->wait_ms);
    return fail(cx->arena, ERR_TOO_MANY, "Slack asks to wait for %lld s", (long long)(call->wait_ms + 999) / 1000);
}

Err slack_call_as(Cx *cx, SlackCall *what, const Json **ret)
{
    Arena *a = cx->arena;
    OutgoingAnswer answer;
    Outgoing call = { .url = arena_fmt(a, STR_FMT "/%s", STR_ARG(setting_str(cx, "chat.slack_api")), what->method), .allow = chat_allow(cx),
                      .token = setting_str(cx, what->token), .type = S("application/x-www-form-urlencoded"), .body = what->form };
    if (!call.token.len) return fail_field(a, str_of(what->token), "there is no such token of Slack");
    TRY(outgoing_post(a, &call, &answer));
    if (answer.status == 429) return asked_to_wait(cx, what, answer.retry_after_ms);
    if (answer.status >= 500) return fail(a, ERR_UNAVAILABLE, "Slack answered %d", answer.status);
    Err e = json_read(a, answer.body, ret);
    if (e.info) return fail(a, ERR_UNAVAILABLE, "Slack answered %d with something that is no JSON", answer.status);
    if (json_is(json_get(*ret, S("ok")), JS_TRUE)) return OK;
    Str word = utf8_clip(json_str_at(*ret, S("error")), 200);
    if (str_eq(word, S("ratelimited"))) return asked_to_wait(cx, what, 0);
    return fail(a, passes(word) ? ERR_UNAVAILABLE : ERR_INVALID, "Slack says: " STR_FMT, STR_ARG(word));
}

Err slack_call(Cx *cx, const char *method, Str form, const Json **ret)
{
    return slack_call_as(cx, &(SlackCall){ .method = method, .token = "chat.slack_bot_token", .form = form }, ret);
}

/* ---- people */

static Err person_kept(Cx *cx, Str key, SlackPerson *ret, int64_t *ret_asked_ms)
{
    *ret = (SlackPerson){ .key = key, .name = key, .email = S("") };
    *ret_asked_ms = 0;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_person_get);
    stmt_str(&q, "key", key);
    if (stmt_step(&q)) {
        ret->name = stmt_col_str(&q, 0);
        ret->email = stmt_col_str(&q, 1);
        *ret_asked_ms = stmt_col_int(&q, 2);
    }
    return stmt_end(&q);
}

static Err person_keep(Cx *cx, void *arg)
{
    const SlackPerson *p = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_person_put);
    stmt_str(&q, "key", p->key);
    stmt_str(&q, "name", p->name);
    stmt_str(&q, "email", p->email);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

static Str name_in(const Json *user)
{
    const Json *profile = json_get(user, S("profile"));
    const Str names[] = { json_str_at(profile, S("real_name")), json_str_at(user, S("real_name")), json_str_at(profile, S("display_name")), json_str_at(user, S("name")) };
    for (size_t i = 0; i < 4; i++)
        if (str_trim(names[i]).len) return utf8_clip(str_trim(names[i]), 200);
    return S("");
}

Err slack_person(Cx *cx, Str key, SlackPerson *ret)
{
    int64_t asked_ms;
    const Json *top = NULL;
    TRY(person_kept(cx, key, ret, &asked_ms));
    if (!key.len || (asked_ms && asked_ms > cx->now_ms - DAY_MS)) return OK;
    Buf form = buf_new(cx->arena, 1000);
    form_add(&form, cx->arena, "user", key);
    Err e = slack_call(cx, "users.info", buf_str(&form), &top);
    if (err_is(e, ERR_INVALID)) return OK;                   /* no token, no scope, a guest of elsewhere: by their id */
    TRY(e);
    const Json *user = json_get(top, S("user"));
    Str name = name_in(user);
    if (name.len) ret->name = name;
    ret->email = json_is(json_get(user, S("deleted")), JS_TRUE) ? S("") : utf8_clip(json_str_at(json_get(user, S("profile")), S("email")), 300);
    return cx_write(cx, person_keep, ret);
}
