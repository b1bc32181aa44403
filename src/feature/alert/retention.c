/* Payloads are kept as they were received; not for ever. */
#include "feature/alert/internal.h"
#include "feature/change/change.h"
#include "sql.gen.h"

enum { BATCH = 1000 };
#define DAY_MS 86400000ll

typedef struct Range { int64_t from, upto, before_ms; } Range;

static Err remove_range(Cx *cx, int64_t from, int64_t upto, int64_t before_ms)
{
    if (from > upto) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_delivery_remove);
    stmt_int(&q, "from", from);
    stmt_int(&q, "upto", upto);
    stmt_int(&q, "before_ms", before_ms);
    return stmt_exec(&q);
}

static Err take_out(Cx *cx, void *arg)
{
    const Range *r = arg;
    PayloadNumbers held = { 0 };
    TRY(change_payloads_held(cx, r->from, r->upto, &held));
    int64_t from = r->from;
    list_each(&held, i) {
        TRY(remove_range(cx, from, held.at[i] - 1, r->before_ms));
        from = held.at[i] + 1;
    }
    return remove_range(cx, from, r->upto, r->before_ms);
}

Err alert_sweep_job(Cx *cx, Str payload)
{
    (void)payload;
    int64_t days = setting_int(cx, "alerts.keep_payloads_days"), looked = 0;
    Range r = { .before_ms = cx->now_ms - days * DAY_MS };
    for (size_t n = BATCH; days && n == BATCH; looked += (int64_t)n) {
        n = 0;
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_delivery_old);
        stmt_int(&q, "before_ms", r.before_ms);
        stmt_int(&q, "after", r.upto);
        stmt_int(&q, "limit", BATCH);
        for (; stmt_step(&q); n++) {
            r.upto = stmt_col_int(&q, 0);
            if (!n) r.from = r.upto;
        }
        TRY(stmt_end(&q));
        if (n) TRY(cx_write(cx, take_out, &r));
        TRY(job_progress(cx, looked, 0));
    }
    return OK;
}
