#include "app/zone.h"
#include <unicode/ucal.h>
#include "base/err.h"
#include "base/time.h"

enum { NAME_MAX_ = 64, DAY_S = 86400 };

static UCalendar *open_zone(Str zone)
{
    UChar name[NAME_MAX_];
    int32_t n = 0;
    UErrorCode e = U_ZERO_ERROR;
    for (size_t i = 0; i < zone.len && i < NAME_MAX_; i++) name[n++] = (UChar)(unsigned char)zone.at[i];
    static const UChar utc[] = { 'U', 'T', 'C' };
    UCalendar *c = n ? ucal_open(name, n, "en", UCAL_GREGORIAN, &e) : ucal_open(utc, 3, "en", UCAL_GREGORIAN, &e);
    if (U_FAILURE(e) || !c) bug("ICU has no calendar: %s", u_errorName(e));
    ucal_setAttribute(c, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
    return c;
}

bool zone_known(Str zone)
{
    UChar name[NAME_MAX_], canonical[NAME_MAX_];
    UErrorCode e = U_ZERO_ERROR;
    UBool system = 0;
    if (!zone.len || zone.len > NAME_MAX_) return false;
    for (size_t i = 0; i < zone.len; i++) name[i] = (UChar)(unsigned char)zone.at[i];
    ucal_getCanonicalTimeZoneID(name, (int32_t)zone.len, canonical, NAME_MAX_, &system, &e);
    return !U_FAILURE(e) && system;
}

int64_t zone_ms(Str zone, Civil c)
{
    UErrorCode e = U_ZERO_ERROR;
    UCalendar *cal = open_zone(zone);
    ucal_clear(cal);
    ucal_setDateTime(cal, c.year, c.month - 1, c.day, c.hour, c.minute, c.second, &e);
    double ms = ucal_getMillis(cal, &e);
    ucal_close(cal);
    return U_FAILURE(e) ? 0 : (int64_t)ms;
}

Civil zone_civil(Str zone, int64_t ms)
{
    UErrorCode e = U_ZERO_ERROR;
    UCalendar *cal = open_zone(zone);
    ucal_setMillis(cal, (double)ms, &e);
    Civil c = { ucal_get(cal, UCAL_YEAR, &e), ucal_get(cal, UCAL_MONTH, &e) + 1, ucal_get(cal, UCAL_DAY_OF_MONTH, &e),
                ucal_get(cal, UCAL_HOUR_OF_DAY, &e), ucal_get(cal, UCAL_MINUTE, &e), ucal_get(cal, UCAL_SECOND, &e) };
    ucal_close(cal);
    return c;
}

/** "14:03" or "14:03:20" into `c`. */
static bool clock_of(Str text, Civil *c)
{
    int64_t part[3] = { 0 };
    Str one, rest = text;
    int n = 0;
    while (str_next(&rest, ':', &one)) {
        if (n == 3 || !one.len || one.len > 2 || one.at[0] == '-' || !str_int(one, &part[n])) return false;
        n++;
    }
    if (n < 2 || part[0] > 23 || part[1] > 59 || part[2] > 59) return false;
    c->hour = (int)part[0], c->minute = (int)part[1], c->second = (int)part[2];
    return true;
}

static bool day_of(Str text, Civil *c)
{
    int64_t y, m, d;
    if (text.len != 10 || text.at[4] != '-' || text.at[7] != '-') return false;
    if (!str_int(str_sub(text, 0, 4), &y) || !str_int(str_sub(text, 5, 2), &m) || !str_int(str_sub(text, 8, 2), &d)) return false;
    if (m < 1 || m > 12 || d < 1 || d > 31) return false;
    c->year = (int)y, c->month = (int)m, c->day = (int)d;
    return true;
}

bool zone_parse(Str zone, Str text, int64_t now_ms, int64_t *ret_ms)
{
    text = str_trim(text);
    if (str_eq(text, S("now")) || str_eq(text, S("现在"))) { *ret_ms = now_ms; return true; }
    Civil c = zone_civil(zone, now_ms);
    if (clock_of(text, &c)) {
        int64_t ms = zone_ms(zone, c);
        if (ms > now_ms) c = zone_civil(zone, ms - DAY_S * 1000LL), (void)clock_of(text, &c), ms = zone_ms(zone, c);
        *ret_ms = ms;
        return true;
    }
    if (text.len > 11 && day_of(str_sub(text, 0, 10), &c) && clock_of(str_trim(str_sub(text, 11, text.len)), &c)) {
        *ret_ms = zone_ms(zone, c);
        return true;
    }
    return time_parse(text, ret_ms);
}
