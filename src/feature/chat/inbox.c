/* What was kept at the door is taken in, in the order in which it came. What cannot be is marked with the reason; when Slack does not
 * answer, all of it waits. */
#include "feature/chat/rules.h"
#include "sql.gen.h"

enum { KEEP_MS = 7 * 24 * 3600 * 1000 };

static const struct { const char *kind; Err (*take)(Cx *, int64_t, Str); } kinds[] = {
    { "event", slack_event }, { "command", slack_command }, { "action", slack_action },
};

typedef struct Row { int64_t n; Str kind, body; } Row;
typedef LIST(Row) Rows;
typedef struct Failed { int64_t n; Str why; } Failed;

static Err mark(Cx *cx, void *arg)
{
    const Failed *f = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_inbox_end);
    stmt_int(&q, "n", f->n);
    stmt_str(&q, "state", S("failed"));
    stmt_str(&q, "error", utf8_clip(f->why, 500));
    return stmt_exec(&q);
}

static Err take(Cx *cx, const Row *row)
{
    Err e = OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(row->kind, str_of(kinds[i].kind))) e = kinds[i].take(cx, row->n, row->body);
    if (!e.info || err_is(e, ERR_UNAVAILABLE) || err_is(e, ERR_TOO_MANY) || err_is(e, ERR_INTERNAL)) return e;
    return cx_write(cx, mark, &(Failed){ row->n, err_text(cx->arena, e) });
}

Err chat_take(Cx *cx, Str payload)
{
    (void)payload;
    for (int64_t after = 0;;) {
        Rows rows = { 0 };
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_inbox_next);
        stmt_int(&q, "after", after);
        while (stmt_step(&q)) *list_add(cx->arena, &rows) = (Row){ stmt_col_int(&q, 0), stmt_col_str(&q, 1), stmt_col_str(&q, 2) };
        TRY(stmt_end(&q));
        if (!rows.len) return OK;
        list_each(&rows, i) TRY(take(cx, &rows.at[i]));
        after = rows.at[rows.len - 1].n;
    }
}

typedef struct Place { Str source, channel; } Place;

static Err tidy(Cx *cx, void *arg)
{
    (void)arg;
    const Sql *const all[] = { &sql_chat_inbox_tidy, &sql_chat_post_tidy, &sql_chat_gone_tidy };
    for (size_t i = 0; i < 3; i++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, all[i]);
        stmt_int(&q, "before", cx->now_ms - KEEP_MS);
        TRY(stmt_exec(&q));
    }
    LIST(Place) places = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_post_open_places);
    while (stmt_step(&q)) *list_add(cx->arena, &places) = (Place){ stmt_col_str(&q, 0), stmt_col_str(&q, 1) };
    TRY(stmt_end(&q));
    list_each(&places, i) {                                  /* what a job gave up on */
        Str place = arena_fmt(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(places.at[i].source), STR_ARG(places.at[i].channel));
        TRY(job_add(cx, "chat.post", place, cx->now_ms, arena_fmt(cx->arena, "chat.post:" STR_FMT, STR_ARG(place))));
    }
    return job_add(cx, "chat.take", S(""), cx->now_ms, S("chat.take"));
}

Err chat_tidy(Cx *cx, Str payload)
{
    (void)payload;
    return cx_write(cx, tidy, NULL);
}
