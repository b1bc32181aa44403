/* Any bytes as what Slack, Mattermost or Teams sends: read, kept under a name of bounded length, acknowledged with JSON, and taken in by a
 * system in memory, in which nothing fails but with a reason. The first byte says by which door. */
#include <stdlib.h>
#include "app/app.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/chat/rules.h"
#include "sql.gen.h"

enum { TURNS = 4000 };                     /* then a new system, so that it stays small */

static App *app;
static int turns;

static Err furnish(Cx *cx, void *arg)
{
    (void)arg;
    Str ann;
    Incident i;
    TRY(user_add(cx, &(User){ .name = S("Ann"), .email = S("ann@example.com"), .role = S("responder") }, S(""), &ann));
    Cx as = *cx;
    as.actor = (Actor){ .id = ann, .name = S("Ann"), .role = ROLE_RESPONDER, .scopes = SCOPE_ALL };
    TRY(incident_add(&as, &(IncidentInput){ .title = S("Card payments fail") }, &i));
    static const char *const tools[] = { "slack", "mattermost", "teams" };
    for (size_t k = 0; k < 3; k++) TRY(room_link(&as, &(ChatRoom){ .source = str_of(tools[k]), .channel = S("C1"), .name = S("c"), .incident_id = i.id }));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_person_put);      /* known for long: nobody is asked */
    stmt_str(&q, "key", S("U1"));
    stmt_str(&q, "name", S("Ann"));
    stmt_str(&q, "email", S("ann@example.com"));
    stmt_int(&q, "now_ms", cx->now_ms + 1000LL * 3600 * 1000);
    return stmt_exec(&q);
}

static void close_it(void) { app_close(app); app = NULL; }

static App *system_now(void)
{
    if (app && ++turns < TURNS) return app;
    auto_arena a = arena_new(4096);
    if (!app) atexit(close_it);
    close_it();
    turns = 0;
    if (app_open(a, &(AppOptions){ .database = S(":memory:"), .workers = 1 }, &app).info) abort();
    Cx cx = app_cx(app, a, NULL);
    if (cx_write(&cx, furnish, NULL).info) abort();
    return app;
}

static void take(Arena *a, const SlackArrived *in)
{
    if (!in->name.len) return;
    if (in->name.len > 200 || !utf8_valid(in->name)) abort();
    App *now = system_now();
    auto_store s = store_take(now->db);
    Cx cx = app_cx(now, a, s);
    if (chat_keep(&cx, in).info) abort();
    if (chat_keep(&cx, in).info) abort();                     /* again: nothing happens */
    Err e = chat_take(&cx, S(""));
    if (e.info && err_is(e, ERR_INTERNAL)) abort();
}

static void check_said(Arena *a, Err e, const ChatSaid *said)
{
    if (e.info) return;
    if (!utf8_valid(said->text)) return;
    App *now = system_now();
    auto_store s = store_take(now->db);
    Cx cx = app_cx(now, a, s);
    e = chat_say(&cx, said, &(bool){ false });
    if (e.info && !err_is(e, ERR_INVALID)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 64 << 10) return 0;
    auto_arena a = arena_new(1 << 16);
    Str body = { (const char *)data + 1, size - 1 };
    SlackArrived in;
    SlackEnvelope envelope;
    ChatSaid said;
    switch (data[0] % 5) {
    case 0: if (!slack_request(a, S("application/json"), body, &in).info) take(a, &in); break;
    case 1: if (!slack_request(a, S("application/x-www-form-urlencoded"), body, &in).info) take(a, &in); break;
    case 2:
        if (slack_envelope(a, body, &envelope).info) break;
        const Json *back;
        if (json_read(a, slack_acknowledgement(a, &envelope), &back).info || !str_eq(json_str_at(back, S("envelope_id")), envelope.id)) abort();
        take(a, &envelope.what);
        break;
    case 3: check_said(a, mattermost_said(a, data[0] & 64 ? S("application/json") : S(""), body, &said), &said); break;
    default: check_said(a, teams_said(a, body, &said), &said);
    }
    return 0;
}
