#include "base/spec.h"
#include "base/time.h"

static Str text_of(int64_t ms, char to[TIME_TEXT_MAX]) { return str_of(time_rfc3339(ms, to)); }

SPEC("times are written as RFC 3339 with milliseconds, also before 1970")
{
    char to[TIME_TEXT_MAX];
    expect_str("1970-01-01T00:00:00.000Z", text_of(0, to));
    expect_str("1969-12-31T23:59:59.999Z", text_of(-1, to));
    expect_str("2026-11-10T14:07:30.000Z", text_of(1794319650000, to));
    expect_str("2024-02-29T12:00:00.001Z", text_of(1709208000001, to));
    expect_str("0001-01-01T00:00:00.000Z", text_of(-62135596800000, to));
}

SPEC("a time that was written is read back")
{
    char to[TIME_TEXT_MAX];
    for (int64_t ms = -62135596800000; ms < 253402300799999; ms += 86400000LL * 997 + 12345678) {
        int64_t read;
        expect(time_parse(text_of(ms, to), &read) && read == ms);
    }
}

SPEC("offsets, decimals and the other forms of RFC 3339 are understood")
{
    int64_t ms;
    expect(time_parse(S("2026-11-10T15:07:30+01:00"), &ms) && ms == 1794319650000);
    expect(time_parse(S("2026-11-10t08:37:30.5-05:30"), &ms) && ms == 1794319650500);
    expect(time_parse(S("2026-11-10 14:07:30.123456789Z"), &ms) && ms == 1794319650123);
    expect(time_parse(S("0001-01-01T00:00:00Z"), &ms) && ms == -62135596800000);
    expect(time_parse(S("2016-12-31T23:59:60Z"), &ms) && ms == 1483228800000);
}

SPEC("what is not a time is refused and changes nothing")
{
    static const Str bad[] = { S_INIT(""),
                               S_INIT("2026-11-10"),
                               S_INIT("2026-11-10T14:07:30"),
                               S_INIT("2026-13-01T00:00:00Z"),
                               S_INIT("2026-00-01T00:00:00Z"),
                               S_INIT("2026-02-29T00:00:00Z"),
                               S_INIT("1900-02-29T00:00:00Z"),
                               S_INIT("2026-01-01T24:00:00Z"),
                               S_INIT("2026-01-01T00:60:00Z"),
                               S_INIT("2026-01-01T00:00:61Z"),
                               S_INIT("2026-01-01T00:00:00.Z"),
                               S_INIT("2026-01-01T00:00:00+24:00"),
                               S_INIT("2026-01-01T00:00:00Z "),
                               S_INIT("26-01-01T00:00:00Z"),
                               S_INIT("2026-1-01T00:00:00Z") };
    int64_t ms = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect(!time_parse(bad[i], &ms));
    expect_int(7, ms);
}

SPEC("HTTP dates have the right day of the week")
{
    char to[TIME_TEXT_MAX];
    expect_str("Thu, 01 Jan 1970 00:00:00 GMT", str_of(time_http(0, to)));
    expect_str("Tue, 10 Nov 2026 14:07:30 GMT", str_of(time_http(1794319650000, to)));
    expect_str("Wed, 31 Dec 1969 23:59:59 GMT", str_of(time_http(-1, to)));
    expect_str("Sun, 06 Nov 1994 08:49:37 GMT", str_of(time_http(784111777000, to)));
}

SPEC("days and civil dates turn into each other")
{
    for (int64_t day = -800000; day < 800000; day += 13) {
        int64_t year;
        unsigned month, of_month;
        time_civil(day, &year, &month, &of_month);
        expect(time_days(year, month, of_month) == day);
        expect(month >= 1 && month <= 12 && of_month >= 1 && of_month <= 31);
    }
}
