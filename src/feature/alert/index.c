/* Words of alerts for search. Thousands may come in a second and few are ever looked for, so they
 * are indexed by a job: some seconds later, in order of arrival, at most a few hundred a second. */
#include "feature/alert/internal.h"
#include "store/search.h"
#include "sql.gen.h"

/* Numbers are given before commits: on several nodes a lower one may appear after a higher one,
 * so the newest wait. */
enum { INDEXED_A_RUN = 1000, INDEXED_A_WRITE = 100, SETTLE_MS = 2000 };

static Err progress(Cx *cx, int64_t *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_indexed_get);
    if (stmt_step(&q)) *ret = stmt_col_int(&q, 0);
    return stmt_end(&q);
}

static Err put_alert(Cx *cx, const Alert *x)
{
    Buf body = buf_new(cx->arena, 64 << 10);
    const Json *labels = NULL;
    buf_add(&body, x->description);
    TRY(json_read(cx->arena, x->labels, &labels));
    json_members(labels, label)
        buf_fmt(&body, "\n" STR_FMT " " STR_FMT, STR_ARG(label->name), STR_ARG(json_str_of(label)));
    return search_put(cx->store, cx->arena, &(SearchDoc){ S("alert"), x->id, x->title,
        buf_str(&body), x->audience, x->started_ms });
}

static Err put_alerts(Cx *cx, void *arg)
{
    const Alerts *page = arg;
    list_each(page, i) TRY(put_alert(cx, &page->at[i]));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_indexed_put);
    stmt_int(&q, "n", page->at[page->len - 1].n);
    return stmt_exec(&q);
}

Err alert_index(Cx *cx, int64_t most, int64_t *ret_done)
{
    *ret_done = 0;
    while (*ret_done < most) {
        auto_arena page_life = arena_new(64 << 10);
        Cx page_cx = *cx;
        Alerts page = { 0 };
        int64_t n = 0;
        page_cx.arena = page_life;
        TRY(progress(&page_cx, &n));
        Err e = alert_list_newer(&page_cx, n, cx->now_ms - SETTLE_MS, INDEXED_A_WRITE, &page);
        if (!e.info && page.len) e = cx_write(&page_cx, put_alerts, &page);
        if (e.info) return fail(cx->arena, e.info->kind, STR_FMT, STR_ARG(err_text(cx->arena, e)));
        *ret_done += (int64_t)page.len;
        if (page.len < INDEXED_A_WRITE) return OK;
    }
    return OK;
}

Err alert_index_job(Cx *cx, Str payload)
{
    int64_t done;
    (void)payload;
    return alert_index(cx, INDEXED_A_RUN, &done);
}
