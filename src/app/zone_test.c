#include "app/zone.h"
#include "base/spec.h"
#include "base/time.h"

static Str utc(Arena *a, int64_t ms)
{
    char to[TIME_TEXT_MAX];
    return arena_str(a, str_of(time_rfc3339(ms, to)));
}

SPEC("time zones: what a clock shows is told apart in summer, in winter and in the hour that comes twice")
{
    auto_arena a = arena_new(1024);
    expect_str("2026-07-01T12:00:00.000Z", utc(a, zone_ms(S("Europe/Berlin"), (Civil){ 2026, 7, 1, 14, 0, 0 })));
    expect_str("2026-12-01T13:00:00.000Z", utc(a, zone_ms(S("Europe/Berlin"), (Civil){ 2026, 12, 1, 14, 0, 0 })));
    expect_str("2026-10-25T00:30:00.000Z", utc(a, zone_ms(S("Europe/Berlin"), (Civil){ 2026, 10, 25, 2, 30, 0 })));
    expect_str("2026-03-29T01:30:00.000Z", utc(a, zone_ms(S("Europe/Berlin"), (Civil){ 2026, 3, 29, 2, 30, 0 })));
    expect_str("2026-11-20T06:03:00.000Z", utc(a, zone_ms(S("Asia/Shanghai"), (Civil){ 2026, 11, 20, 14, 3, 0 })));
    expect_str("2026-11-20T14:03:00.000Z", utc(a, zone_ms(S(""), (Civil){ 2026, 11, 20, 14, 3, 0 })));
    expect(zone_known(S("America/New_York")) && !zone_known(S("Mars/Olympus")) && !zone_known(S("")));
    Civil c = zone_civil(S("America/New_York"), zone_ms(S(""), (Civil){ 2026, 1, 1, 3, 0, 0 }));
    expect_int(2025, c.year);
    expect_int(22, c.hour);
}

SPEC("time zones: a time that somebody writes without a day is the last one that has passed")
{
    auto_arena a = arena_new(1024);
    int64_t now_ms = zone_ms(S(""), (Civil){ 2026, 11, 20, 9, 0, 0 }), ms = 0;
    expect(zone_parse(S("Europe/Berlin"), S("09:30"), now_ms, &ms));
    expect_str("2026-11-20T08:30:00.000Z", utc(a, ms));
    expect(zone_parse(S("Europe/Berlin"), S("23:59"), now_ms, &ms));
    expect_str("2026-11-19T22:59:00.000Z", utc(a, ms));
    expect(zone_parse(S("Europe/Berlin"), S("2026-07-02 08:15:30"), now_ms, &ms));
    expect_str("2026-07-02T06:15:30.000Z", utc(a, ms));
    expect(zone_parse(S("Europe/Berlin"), S("2026-07-02T08:15:30Z"), now_ms, &ms));
    expect_str("2026-07-02T08:15:30.000Z", utc(a, ms));
    const char *const wrong[] = { "25:00", "9", "09:60", "yesterday", "", "2026-13-01 10:00", "10:00:00:00" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) expect(!zone_parse(S("UTC"), str_of(wrong[i]), now_ms, &ms));
}
