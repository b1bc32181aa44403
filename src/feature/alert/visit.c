/* A source may ask to be called once to confirm a subscription; which addresses that may be, its integration has checked. */
#include "app/fetch.h"
#include "feature/alert/internal.h"

Err alert_visit_job(Cx *cx, Str payload)
{
    Fetched got;
    Str others = setting_str(cx, "alerts.sns_hosts");
    Buf allow = buf_new(cx->arena, 2 * others.len + 8);
    for (Str host; str_next(&others, ',', &host);) {
        buf_add(&allow, str_before(str_trim(host), ':'));
        buf_byte(&allow, ' ');
    }
    TRY(fetch_get(cx, &(Fetch){ .url = payload, .allow = buf_str(&allow), .deadline_ms = 10000, .max_bytes = 64 << 10 }, &got));
    if (got.status >= 200 && got.status < 300) return OK;
    return fail(cx->arena, ERR_UNAVAILABLE, "the subscription could not be confirmed: SNS answered %d", got.status);
}
