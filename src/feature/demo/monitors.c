/* Monitors of the invented company, with three months of results. They are paused: what they look at does not exist. */
#include "feature/demo/demo.h"
#include "feature/monitor/monitor.h"
#include "sql.gen.h"

#define MINUTE_MS 60000ll
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

static const struct Looked { const char *name, *service, *url; int64_t latency_ms; } looked[] = {
    { "Checkout page", "checkout-web", "https://pay.orrin.example/checkout/health", 180 },
    { "Payment API", "payment-api", "https://api.orrin.example/v1/payments/health", 95 },
    { "Ledger API", "ledger", "https://api.orrin.example/v1/ledger/health", 60 },
};

typedef struct Span { int64_t from_ms, to_ms; } Span;
typedef LIST(Span) Spans;

static Err hurt_spans(Cx *cx, Str service, Spans *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_demo_hurt);
    stmt_str(&q, "service", service);
    while (stmt_step(&q)) *list_add(cx->arena, ret) = (Span){ stmt_col_int(&q, 0), stmt_col_int(&q, 1) };
    return stmt_end(&q);
}

/** Within one of the spans, each made as long as to hold whole parts of `unit_ms`. */
static bool within(const Spans *spans, int64_t at_ms, int64_t unit_ms)
{
    list_each(spans, k)
        if (at_ms >= spans->at[k].from_ms / unit_ms * unit_ms && at_ms < (spans->at[k].to_ms / unit_ms + 1) * unit_ms) return true;
    return false;
}

/** Even noise, the same each time: latency wanders by a third and rises with the day. */
static int64_t latency_at(int64_t usual, int64_t at_ms)
{
    uint64_t x = (uint64_t)(at_ms / MINUTE_MS) * 0x9E3779B97F4A7C15u;
    x ^= x >> 29;
    int64_t hour = at_ms % DAY_MS / HOUR_MS, busy = hour >= 8 && hour < 20 ? usual / 4 : 0;
    return usual + busy + (int64_t)(x % (uint64_t)(usual / 3 + 1));
}

static Err past_of(Cx *cx, const Monitor *m, int64_t usual)
{
    MonitorResults all = { 0 };
    Spans hurt = { 0 };
    TRY(hurt_spans(cx, m->service_id, &hurt));
    for (int64_t at = cx->now_ms - 90 * DAY_MS; at < cx->now_ms;) {
        bool close = within(&hurt, at, DAY_MS), bad = within(&hurt, at, MINUTE_MS);
        int64_t latency = latency_at(usual, at) * (bad ? 9 : 1);
        Str error = bad ? S("status is 503, wanted: less than 400") : S("");
        *list_add(cx->arena, &all) = (MonitorResult){ .monitor = m->id, .location = S("main"), .looked_ms = at, .latency_ms = latency, .error = error };
        at += close ? MINUTE_MS : 10 * MINUTE_MS;
    }
    return monitor_keep(cx, &all);
}

Err monitors_tell(Cx *cx)
{
    for (size_t k = 0; k < sizeof looked / sizeof *looked; k++) {
        MonitorStep *step = arena_make(cx->arena, MonitorStep);
        *step = (MonitorStep){ .method = S("GET"), .url = str_of(looked[k].url) };
        Monitor m = { .name = str_of(looked[k].name), .kind = S("http"), .config = { .steps = { step, 1, 1 } }, .interval_s = 60, .timeout_ms = 10000,
                      .retries = 2, .severity = S("SEV-2"), .service_id = str_of(looked[k].service) };
        TRY(monitor_put(cx, &m));
        TRY(past_of(cx, &m, looked[k].latency_ms));
    }
    return OK;
}
