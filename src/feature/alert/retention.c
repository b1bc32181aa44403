/* Payloads are kept as they were received; not for ever. */
#include "feature/alert/internal.h"
#include "sql.gen.h"

enum { BATCH = 1000 };
#define DAY_MS 86400000ll

typedef struct Range { int64_t from, upto, before_ms; } Range;

static Err take_out(Cx *cx, void *arg)
{
    const Range *r = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_delivery_remove);
    stmt_int(&q, "from", r->from);
    stmt_int(&q, "upto", r->upto);
    stmt_int(&q, "before_ms", r->before_ms);
    return stmt_exec(&q);
}

Err alert_sweep_job(Cx *cx, Str payload)
{
    (void)payload;
    int64_t days = setting_int(cx, "alerts.keep_payloads_days"), removed = 0;
    for (size_t n = BATCH; days && n == BATCH; removed += (int64_t)n) {
        Range r = { .before_ms = cx->now_ms - days * DAY_MS };
        n = 0;
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_delivery_old);
        stmt_int(&q, "before_ms", r.before_ms);
        stmt_int(&q, "limit", BATCH);
        for (; stmt_step(&q); n++) {
            r.upto = stmt_col_int(&q, 0);
            if (!n) r.from = r.upto;
        }
        TRY(stmt_end(&q));
        if (n) TRY(cx_write(cx, take_out, &r));
        TRY(job_progress(cx, removed, 0));
    }
    return OK;
}
