/* How it goes with the chat tools: what an administrator looks at when nothing comes in, or nothing goes out. */
#include "feature/chat/rules.h"
#include "sql.gen.h"

typedef struct LineState { int64_t number, since_ms; Str state, error; } LineState;
typedef struct PlaceState { Str source, channel, error; int64_t waiting, since_ms; } PlaceState;
typedef struct ChatState {
    LIST(LineState) connections;
    int64_t heard_ms, waiting, failed;
    Str last_failure;
    LIST(PlaceState) held, dropped;
} ChatState;

static const char *const line_states[] = { "connecting", "connected", "waiting", NULL };
static SHAPE(line_state_shape, LineState, "A connection of Slack's Socket Mode",
    FIELD(LineState, number, READ_ONLY, ""), FIELD(LineState, state, READ_ONLY, "How it is; waiting: until the next try", .values = line_states),
    FIELD(LineState, error, READ_ONLY | NULLABLE, "Why it waits, in the words of the other side"),
    FIELD_AT(LineState, since_ms, READ_ONLY, "Since when"));
static SHAPE(place_state_shape, PlaceState, "News for a place",
    FIELD(PlaceState, source, READ_ONLY, "Which tool"), FIELD(PlaceState, channel, READ_ONLY, "Its id there; empty: the webhook of all incidents"),
    FIELD(PlaceState, waiting, READ_ONLY, "How many"), FIELD(PlaceState, error, READ_ONLY | NULLABLE, "What the other side said last"),
    FIELD_AT(PlaceState, since_ms, READ_ONLY, "Of the oldest"));
SHAPE(chat_state_shape, ChatState, "How it goes with the chat tools",
    FIELD_OF(ChatState, connections, FIELD_MANY, &line_state_shape, READ_ONLY, "Of Socket Mode; none without an app-level token"),
    FIELD_AT(ChatState, heard_ms, READ_ONLY | NULLABLE, "When Slack sent something last"),
    FIELD(ChatState, waiting, READ_ONLY, "How much of it is still to be taken in"),
    FIELD(ChatState, failed, READ_ONLY, "How much of it could not be, within a week"),
    FIELD(ChatState, last_failure, READ_ONLY | NULLABLE, "Why the last of them could not"),
    FIELD_OF(ChatState, held, FIELD_MANY, &place_state_shape, READ_ONLY, "News that wait to be sent, the oldest first"),
    FIELD_OF(ChatState, dropped, FIELD_MANY, &place_state_shape, READ_ONLY, "The last news that another tool refused"));

static Err read_in(Cx *cx, ChatState *s)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_state_in);
    if (stmt_step(&q)) s->heard_ms = stmt_col_int(&q, 0), s->waiting = stmt_col_int(&q, 1), s->failed = stmt_col_int(&q, 2);
    TRY(stmt_end(&q));
    auto_stmt f = stmt_begin(cx->arena, cx->store, &sql_chat_state_in_failed);
    if (stmt_step(&f)) s->last_failure = stmt_col_str(&f, 0);
    return stmt_end(&f);
}

static Err read_lines(Cx *cx, ChatState *s)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_line_list);
    stmt_int(&q, "now_ms", cx->now_ms);
    while (stmt_step(&q))
        *list_add(cx->arena, &s->connections) = (LineState){ .number = stmt_col_int(&q, 0), .state = stmt_col_str(&q, 1), .error = stmt_col_str(&q, 2), .since_ms = stmt_col_int(&q, 3) };
    return stmt_end(&q);
}

static Err read_out(Cx *cx, ChatState *s)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_state_out);
    while (stmt_step(&q))
        *list_add(cx->arena, &s->held) = (PlaceState){ .source = stmt_col_str(&q, 0), .channel = stmt_col_str(&q, 1), .waiting = stmt_col_int(&q, 2), .since_ms = stmt_col_int(&q, 3), .error = stmt_col_str(&q, 4) };
    TRY(stmt_end(&q));
    auto_stmt d = stmt_begin(cx->arena, cx->store, &sql_chat_state_dropped);
    while (stmt_step(&d))
        *list_add(cx->arena, &s->dropped) = (PlaceState){ .source = stmt_col_str(&d, 0), .channel = stmt_col_str(&d, 1), .waiting = 1, .error = stmt_col_str(&d, 2), .since_ms = stmt_col_int(&d, 3) };
    return stmt_end(&d);
}

Err chat_state_get(Cx *cx, Req *req, Res *res)
{
    (void)req;
    ChatState s = { 0 };
    TRY(read_lines(cx, &s));
    TRY(read_in(cx, &s));
    TRY(read_out(cx, &s));
    res_json(cx, res, &chat_state_shape, &s);
    return OK;
}
